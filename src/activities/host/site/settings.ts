import type { Need, Site } from './need';

const BLOCKED = 'blockedAddress';
const FAMILY_LOOK = `${BLOCKED}[192.0.2.1]`;

/** Settings that pages change for a while, by the names that they have for them. */
const PLACES: Record<string, string> = {
  'automation.paused': 'B.priority',
  'openai.max_qps': 'B.1',
  'rate_limit.per_minute': 'C.1',
  'orchestrator.max_workers': 'D.1',
  'orchestrator.fallback_mode': 'D.4',
};

/** Each is named, and its value can be read where it is said to live. */
export function settingNeeds({ settings, activities }: Site): Need[] {
  const need = (name: string, place: string, look: string): Need => ({
    what: `the setting ${name}`,
    places: [place],
    remedy: `set agent.settings.${name}`,
    why: async () => {
      if (!Object.hasOwn(settings.settings, name)) return 'not configured';
      const { evidence, place: where } = await activities.observeSetting({ setting: look });
      return evidence === 'present' ? undefined : `${where}: ${evidence}`;
    },
  });
  return [
    ...Object.entries(PLACES).map(([name, place]): Need => ({
      ...need(name, place, name),
      allowance: 'changeSettings',
    })),
    { ...need(BLOCKED, 'C.3', FAMILY_LOOK), allowance: 'blockAddress' },
  ];
}
