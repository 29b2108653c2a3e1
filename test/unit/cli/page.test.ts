import { createPageCommand, targetsOf } from '../../../src/cli/page';
import { PLAN } from '../../support/escalations';

const NOON = Date.parse('2026-11-23T12:00:00Z');
const NIGHT = Date.parse('2026-11-23T23:00:00Z');

async function page(...args: string[]): Promise<void> {
  await createPageCommand().parseAsync(args, { from: 'user' });
}

describe('halcyon page', () => {
  it('sends nothing but tests', async () => {
    await expect(page()).rejects.toThrow('--test is missing');
  });

  it.each(['soon', '2h'])('--open-for=%s is refused', async (written) => {
    await expect(page('--test', `--open-for=${written}`)).rejects.toThrow('--open-for: expected a duration up to 1h');
  });

  it.each([
    ['1', NOON, ['Trading AI slack', 'Trading AI pagerduty']],
    ['1', NIGHT, ['Platform slack', 'Platform pagerduty']],
    ['2', NOON, ['Platform slack', 'Platform pagerduty']],
    ['3', NOON, ['Engineering manager pagerduty']],
  ])('tier %s means the team that it would page now', (tier, now, expected) => {
    expect(targetsOf(PLAN, { tier }, now).map(({ team, channel }) => `${team.name} ${channel}`)).toEqual(expected);
  });

  it.each(['0', '4', 'x'])('--tier %s is refused', (tier) => {
    expect(() => targetsOf(PLAN, { tier }, NOON)).toThrow(`--tier: expected a number from 1 to 3, got "${tier}"`);
  });

  it('says so where there is no such way', () => {
    expect(() => targetsOf(PLAN, { tier: '3', channel: 'slack' }, NOON)).toThrow(
      '--channel: Engineering manager (tier 3) has no Slack in escalation.teams',
    );
  });
});
