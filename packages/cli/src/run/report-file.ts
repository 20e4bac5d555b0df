import { open, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Failure } from '@lacuna/contracts';
import { makeFolder } from './make-folder.ts';

/** A file that a result is written to at the end; that it can be is found out at the start. */
export class ReportFile {
  readonly #path: string;

  private constructor(path: string) {
    this.#path = path;
  }

  /** Each that has a path. Throws `Failure('invalid-config')` when one can't be written. */
  static async openAll<Name extends string>(
    paths: Readonly<Record<Name, string | undefined>>,
  ): Promise<Partial<Record<Name, ReportFile>>> {
    const files: Partial<Record<Name, ReportFile>> = {};
    for (const [name, path] of Object.entries(paths) as [Name, string | undefined][])
      if (path !== undefined) files[name] = await ReportFile.#open(path);
    return files;
  }

  static async #open(path: string): Promise<ReportFile> {
    try {
      await makeFolder(dirname(path));
      await (await open(path, 'a')).close();
      return new ReportFile(path);
    } catch (cause) {
      throw new Failure('invalid-config', `the result can't be written to ${path}: ${(cause as Error).message}`, {
        cause,
      });
    }
  }

  write(text: string): Promise<void> {
    return writeFile(this.#path, text);
  }
}
