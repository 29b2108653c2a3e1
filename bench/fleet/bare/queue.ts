/** Of the bare workflows. */
export const BARE_QUEUE = 'bare';
