import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { random } from '../../../../lab/support/random';
import { read } from '../../../../src/shared/shape/shape';
import type { Shape } from '../../../../src/shared/shape/shape';
import * as messages from '../../../../src/workflows/messages';
import { anyText, anyValue, mutated } from '../../../support/messages/hostile';
import { OF_CHECKLIST, OF_ESCALATION, OF_GUARD, OF_INCIDENT, ofLease } from '../../../support/messages/proper';
import { SEED, sizeOf } from '../../../support/sample';

const HISTORIES = path.join(__dirname, '../../../replay/histories');
const PROPER = { ...OF_CHECKLIST, ...OF_INCIDENT, ...OF_ESCALATION, ...OF_GUARD, ...ofLease('h1', 'openai.max_qps') };
const EACH = sizeOf('values of any kind for each message', { full: 20_000, sample: 1_000 });

interface Shaped {
  type: string;
  name: string;
  shape: Shape<unknown>;
}

const shaped = Object.values(messages).flatMap((one) => ('shape' in one ? [one as unknown as Shaped] : []));

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

it.each(shaped.map((one) => [`${one.type} ${one.name}`, one] as const))(
  '%s takes what it should',
  (_name, { name, shape }) => {
    expect(read(shape, PROPER[name]?.())).toMatchObject({ ok: true });
  },
);

it('no shape throws, whatever it is given', () => {
  const next = random(SEED);
  for (const { name, shape } of shaped) {
    for (let i = 0; i < EACH; i++) {
      const kind = next();
      const value =
        kind < 0.6 ? mutated(PROPER[name]?.(), next) : kind < 0.9 ? anyValue(next) : readJson(anyText(next));
      const reading = read(shape, value);
      if (!reading.ok) expect(reading.problem.length).toBeLessThan(2_000);
    }
  }
});

interface Payloads {
  payloads?: { data?: string | null }[] | null;
}

interface RecordedEvent {
  workflowExecutionSignaledEventAttributes?: { signalName: string; input?: Payloads };
  workflowExecutionUpdateAcceptedEventAttributes?: { acceptedRequest: { input: { name: string; args?: Payloads } } };
}

/** Messages that parts of Halcyon said to each other, and people to them, in every recorded history. */
function recorded(): { file: string; type: string; name: string; value: unknown }[] {
  const files = readdirSync(HISTORIES, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.json'));
  return files.flatMap((file) => {
    const { events } = JSON.parse(readFileSync(path.join(HISTORIES, file), 'utf8')) as { events: RecordedEvent[] };
    return events.flatMap((event) => {
      const signal = event.workflowExecutionSignaledEventAttributes;
      const update = event.workflowExecutionUpdateAcceptedEventAttributes?.acceptedRequest.input;
      const valueOf = (given?: Payloads) => {
        const data = given?.payloads?.[0]?.data;
        return data === undefined || data === null ? undefined : readJson(Buffer.from(data, 'base64').toString());
      };
      if (signal !== undefined)
        return [{ file, type: 'signal', name: signal.signalName, value: valueOf(signal.input) }];
      return update === undefined ? [] : [{ file, type: 'update', name: update.name, value: valueOf(update.args) }];
    });
  });
}

it('everything that was ever said in a recorded history is still taken, and whole', () => {
  const all = recorded();
  expect(all.length).toBeGreaterThan(100);
  for (const { file, type, name, value } of all) {
    const message = shaped.find((one) => one.type === type && one.name === name);
    const reading = message === undefined ? undefined : read(message.shape, value);
    expect({ file, name, reading }).toMatchObject({
      file,
      name,
      reading: { ok: true, ...(value === undefined ? {} : { value }) },
    });
  }
});
