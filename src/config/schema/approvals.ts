import { z } from 'zod';
import type { ApprovalPolicy, Risk } from '../../shared/safety/approval';
import { isNobody } from '../../shared/safety/people';
import { isMapping, valueAt } from '../load/values';
import { duration, section, textWhere } from './nouns';

const KNOWN_RISKS: Record<Risk | 'default', true> = {
  default: true,
  fullRecovery: true,
  permissions: true,
  blockAddress: true,
  raiseLimit: true,
  quarantine: true,
  issueToken: true,
  removeImages: true,
  change: true,
};
const RISKS = Object.keys(KNOWN_RISKS) as [keyof typeof KNOWN_RISKS, ...(keyof typeof KNOWN_RISKS)[]];

const roleName = textWhere('a role of letters, digits, "_" and "-"', (text) => /^[A-Za-z][A-Za-z0-9_-]*$/.test(text));
const person = textWhere(
  'the name of a person, without spaces',
  (text) => /^[^\s\u0000-\u001f]{1,100}$/.test(text) && !isNobody(text),
);

/** `approvals:` who may say yes to what is risky. */
export const approvals = section({
  expireAfter: duration({ min: '10s', max: '1d' }).prefault('30m'),
  roles: z.record(roleName, z.array(person)).default({}),
  approvers: z
    .partialRecord(
      z.enum(RISKS, { error: `expected a kind of risk (${RISKS.join(', ')})` }),
      z.array(roleName).min(1, { error: 'expected at least one role' }),
    )
    .default({ default: ['operator'] }),
})
  .superRefine(checkRoles, { when: ({ value }) => isMapping(value) })
  .transform(({ expireAfter, roles, approvers }): ApprovalPolicy => ({
    expireAfterMs: expireAfter,
    roles,
    approvers: { default: ['operator'], ...approvers },
  }));

/** A role that nobody defined would leave every question without an answer. The default one may be empty. */
function checkRoles(value: unknown, context: z.core.$RefinementCtx): void {
  const known = valueAt(value, ['roles']);
  const approvers = valueAt(value, ['approvers']);
  if (!isMapping(known) || !isMapping(approvers)) return;
  for (const [risk, roles] of Object.entries(approvers)) {
    for (const [index, role] of (Array.isArray(roles) ? roles : []).entries()) {
      if (typeof role !== 'string' || role === 'operator' || Object.hasOwn(known, role)) continue;
      const message = `expected a role under approvals.roles (${Object.keys(known).join(', ') || 'none'})`;
      context.addIssue({ code: 'custom', path: ['approvers', risk, index], message });
    }
  }
}
