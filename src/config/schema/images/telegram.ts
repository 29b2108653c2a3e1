import { isIP } from 'node:net';
import { z } from 'zod';
import { duration, section, someText, textWhere, withMilliseconds } from '../nouns';
import { absoluteFile } from '../paths';
import { optionalSecret, url } from '../urls';

const variable = textWhere('the name of an environment variable', (text) => /^[A-Za-z_][A-Za-z0-9_]*$/.test(text));

const channel = z
  .union([z.int(), z.string()], { error: 'expected "@name" of a channel, or its number' })
  .transform(String)
  .refine((text) => /^(?:@[A-Za-z]\w{3,31}|-?\d{1,20})$/.test(text), {
    error: 'expected "@name" of a channel, or its number',
  });

const address = textWhere('an address and a port, such as "192.0.2.1:443" or "[2001:db8::1]:443"', (text) => {
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text) ?? [];
  return isIP(bracketed ?? plain ?? '') === (bracketed === undefined ? 4 : 6) && Number(port) < 65_536;
});

const words = (...defaults: string[]) => z.array(someText()).default(defaults);

/** `agent.kingfisher.telegram:` where KingFisher's images come from. */
export const telegram = section({
  // Of the Bot API.
  apiUrl: url('http', 'https').default('https://api.telegram.org'),
  // For each question.
  timeout: duration({ max: '4s' }).prefault('3s'),
  // The bot's token: the file, else the text, else the variable of the service's own environment.
  token: optionalSecret(),
  tokenFile: absoluteFile().nullable().default(null),
  tokenVariable: variable.nullable().default('TELEGRAM_BOT_TOKEN'),
  // The source of the images. Where null nobody asks whether the bot has access to it.
  channel: channel.nullable().default(null),
  // Another host: is it only Telegram that is away? The second needs no name: is it only the names?
  reference: url('http', 'https').nullable().default('https://httpbin.org'),
  referenceAddress: address.nullable().default(null),
  // Lines of the log with 429 or 409 are about Telegram where they hold one of the first words and none of the others.
  refusals: section({
    about: words('telegram', 'getUpdates', 'getFile', 'bot'),
    notAbout: words('openai'),
  }).prefault({}),
}).transform(withMilliseconds);
