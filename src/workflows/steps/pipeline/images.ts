import type { Change } from '../../../shared/observations/change';
import type { PermissionCount } from '../../../shared/observations/files';
import type { CorruptImages } from '../../../shared/observations/images/corrupt-images';
import type { HostSteps, StepReport } from '../../runbook/host-steps';
import { formatDuration } from '../../../shared/text/durations';
import { describePermissions, describePermissionsMended } from '../recovery/permissions';

/** `ls -la data/images` of the document: owner and mode of what is in the folder of images. */
export function observeImagePermissions(cite: string, steps: HostSteps): Promise<PermissionCount | undefined> {
  return steps.observe(
    { cite, title: 'Permissions of images' },
    (host) => host.observeImagePermissions(),
    describePermissions,
  );
}

export async function mendImagePermissions(
  cite: string,
  steps: HostSteps,
): Promise<Change<PermissionCount> | undefined> {
  return await steps.tryAct(
    { cite, title: 'Mend permissions of images' },
    {},
    (host, permit) => host.ensureImagePermissions({ permit }),
    describePermissionsMended,
  );
}

/** Longer than the agent takes for all images of one look. */
const DECODE_MS = 75_000;

/** `find … -exec file` of the document: each image of the last time is decoded, whatever its name is. */
export function observeCorruptImages(
  cite: string,
  withinMs: number,
  steps: HostSteps,
): Promise<CorruptImages | undefined> {
  return steps.wait(
    { cite, title: `Decode the images of the last ${formatDuration(withinMs)}` },
    DECODE_MS,
    (host) => host.observeCorruptImages({ withinMs }),
    describeCorrupt,
    'look',
  );
}

export async function quarantineImages(
  cite: string,
  withinMs: number,
  steps: HostSteps,
): Promise<Change<CorruptImages> | undefined> {
  return await steps.tryAct(
    { cite, title: 'Move corrupt images to the quarantine' },
    { arguments: { withinMs } },
    (host, permit) => host.ensureImagesQuarantined({ withinMs, permit }),
    ({ before, after }) => `${before.corrupt} → ${after.corrupt} corrupt images; ${corruptText(before)}`,
  );
}

export function describeCorrupt(images: CorruptImages): StepReport {
  const { looked, corrupt, unknown, partial } = images;
  const more = [unknown === 0 ? '' : `${unknown} not known`, partial].filter((part) => part !== '');
  const said = `${corrupt} of ${looked} cannot be decoded`;
  const detail = [corrupt === 0 ? said : `${said}: ${corruptText(images)}`, ...more].join('; ');
  return corrupt === 0 ? detail : { status: 'notSo', detail };
}

/** `2026/11/23/a.jpg (premature end of JPEG data), …` */
export function corruptText({ examples, corrupt }: CorruptImages): string {
  const told = examples.slice(0, 3).map(({ image, why }) => `${image} (${why})`);
  return corrupt > told.length ? `${told.join(', ')} and ${corrupt - told.length} more` : told.join(', ');
}
