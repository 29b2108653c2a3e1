import { z } from 'zod';
import { duration, section, textWhere, wholeNumber } from '../nouns';
import { absoluteFile, systemUser } from '../paths';

const endpoint = textWhere('a host and a port such as "kingfisher.example.com:443"', (text) =>
  /^(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:]+\]):[1-9]\d{0,4}$/.test(text),
);

const certificates = section({
  // PEM, each certificate of a file.
  files: z.array(absoluteFile()).default([]),
  // What a TLS server there shows.
  endpoints: z.array(endpoint).default([]),
  // One that ends earlier is a finding.
  within: duration({ min: '1d', max: '365d' }).prefault('30d'),
}).transform(({ within, ...rest }) => ({ ...rest, withinMs: within }));

/** `agent.maintenance.audit:` what is expected on this host. What is null is listed, and not judged. */
export const audit = section({
  // TCP ports that may listen beyond the loopback.
  ports: z.array(wholeNumber(1, 65_535)).nullable().default(null),
  // Users that may log in, besides root.
  users: z.array(systemUser()).nullable().default(null),
  certificates: certificates.prefault({}),
});
