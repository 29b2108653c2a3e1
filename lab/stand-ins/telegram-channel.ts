/** One channel in Telegram: images are posted to it from time to time, and wait to be fetched by the bot. */

export interface Update {
  update_id: number;
  channel_post: {
    message_id: number;
    date: number;
    chat: Chat;
    photo: { file_id: string; file_unique_id: string; width: number; height: number; file_size: number }[];
  };
}

interface Chat {
  id: number;
  title: string;
  username: string;
  type: 'channel';
}

/** How images are posted. */
interface Posting {
  /** 0 for never. */
  imageEverySeconds: number;
  corruptImages: boolean;
}

const CHAT_ID = -1_001_234_567_890;
/** Telegram itself keeps them for a day. */
const KEPT = 50;

export class Channel {
  private posts: Update[] = [];
  private readonly files = new Map<string, Buffer>();
  private lastPost = Date.now();
  private count = 0;

  constructor(
    private readonly name: string,
    private readonly image: Buffer,
  ) {}

  is(chat: string): boolean {
    return chat === this.name || chat === String(CHAT_ID);
  }

  chat(): Chat {
    return { id: CHAT_ID, title: 'KingFisher liquidation maps', username: this.name.replace('@', ''), type: 'channel' };
  }

  waiting({ imageEverySeconds, corruptImages }: Posting): { pending_update_count: number } {
    this.postWhatIsDue(imageEverySeconds, corruptImages);
    return { pending_update_count: this.posts.length };
  }

  /** Posts from `offset` on; the earlier ones were taken and are forgotten. */
  from(offset: number, { imageEverySeconds, corruptImages }: Posting): Update[] {
    this.posts = this.posts.filter(({ update_id: id }) => id >= offset);
    this.postWhatIsDue(imageEverySeconds, corruptImages);
    return this.posts;
  }

  /** Path of a file, as `getFile` says it. */
  pathOf(fileId: string): string | undefined {
    const path = `photos/file_${fileId}.jpg`;
    return this.files.has(path) ? path : undefined;
  }

  fileAt(path: string): Buffer | undefined {
    return this.files.get(path);
  }

  /** Time posts, whether or not anybody looks. */
  private postWhatIsDue(everySeconds: number, areCorrupt: boolean): void {
    if (everySeconds <= 0) this.lastPost = Date.now();
    else
      while (Date.now() - this.lastPost >= everySeconds * 1_000)
        this.post(this.lastPost + everySeconds * 1_000, areCorrupt);
  }

  private post(at: number, isCorrupt: boolean): void {
    this.lastPost = at;
    const id = String(++this.count);
    const bytes = isCorrupt ? this.image.subarray(0, this.image.length / 2) : this.image;
    this.files.set(`photos/file_${id}.jpg`, bytes);
    this.files.delete(`photos/file_${this.count - KEPT}.jpg`);
    const photo = { file_id: id, file_unique_id: `u${id}`, width: 16, height: 16, file_size: bytes.length };
    const date = Math.floor(this.lastPost / 1_000);
    const channel_post = { message_id: this.count, date, chat: this.chat(), photo: [photo] };
    this.posts = [...this.posts, { update_id: 1_000 + this.count, channel_post }].slice(-KEPT);
  }
}
