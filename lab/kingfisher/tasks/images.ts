/** The folder of images, one folder a day: what is downloaded goes there, what is new there is looked at. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Metrics } from '../metrics';
import { fileReason, type Failures } from './failures';
import { whatIsWrong } from './image';

/** Images of one look, so that a folder of thousands does not keep the service from answering. */
const AT_ONCE = 50;

export class Images {
  /** In today's folder, and found good. */
  private good = new Set<string>();
  private folder = '';

  constructor(
    private readonly dataDir: string,
    private readonly metrics: Metrics,
    private readonly failures: Failures,
  ) {}

  /** Whether it was kept. A full disk or wrong permissions make a real failure. */
  save(image: Buffer): boolean {
    const now = new Date();
    const folder = this.folderOf(now);
    try {
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, `liquidation_${now.getTime()}.jpg`), image);
      this.metrics.imagesDownloaded.add(1);
      this.metrics.lastImageAt = now.getTime() / 1_000;
      return true;
    } catch (error) {
      this.failures.count('image_download', fileReason(error), (error as Error).message);
      return false;
    }
  }

  /** Looks at what is new in today's folder. What is no picture is tried again, and fails again, for as long as it is there. */
  async process(): Promise<void> {
    const folder = this.folderOf(new Date());
    if (folder !== this.folder) this.good = new Set();
    this.folder = folder;
    try {
      const names = (await readdir(folder)).filter((name) => name.endsWith('.jpg') && !this.good.has(name));
      for (const name of names.slice(0, AT_ONCE)) await this.look(name);
    } catch (error) {
      // Nothing was downloaded today.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') this.cannotRead(error as Error);
    }
  }

  private async look(name: string): Promise<void> {
    const path = join(this.folder, name);
    try {
      const wrong = whatIsWrong(await readFile(path));
      if (wrong === null) this.good.add(name);
      else this.failures.count('image_processing', 'corrupt', `cannot decode ${path}: ${wrong}`);
    } catch (error) {
      // Taken away in between.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') this.cannotRead(error as Error);
    }
  }

  private cannotRead(error: Error): void {
    this.failures.count('image_processing', fileReason(error) === 'permission' ? 'permission' : 'io', error.message);
  }

  private folderOf(day: Date): string {
    return join(this.dataDir, 'images', day.toISOString().slice(0, 10).replaceAll('-', '/'));
  }
}
