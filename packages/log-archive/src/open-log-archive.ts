import { fileURLToPath } from 'node:url';
import { Failure } from '@lacuna/contracts';
import { DirectoryStore } from './directory-store.ts';
import { LogArchive } from './log-archive.ts';
import { S3Store } from './s3-store.ts';

/** Where the archive is, as people write it. */
export interface ArchiveSettings {
  /** `file:///folder`, or `s3://bucket` and perhaps a prefix behind it. */
  readonly archive?: string;
  readonly archiveEndpoint?: string;
  readonly archiveRegion: string;
  readonly archiveAccessKeyId?: string;
  readonly archiveSecretAccessKey?: string;
}

/** The archive of the settings; undefined when there is none. Throws `Failure('invalid-config')`, with what is wrong and what to do. */
export function openLogArchive(settings: ArchiveSettings): LogArchive | undefined {
  const { archive } = settings;
  if (archive === undefined) return undefined;
  const url = URL.parse(archive);
  if (url?.protocol === 'file:' && url.host === '' && url.pathname.length > 1)
    return new LogArchive(new DirectoryStore(fileURLToPath(url)));
  if (url?.protocol === 's3:') return new LogArchive(s3Store(url, settings));
  throw invalid('LACUNA_ARCHIVE', 'must be file:///folder, s3://bucket or s3://bucket/prefix');
}

function s3Store({ host: bucket, pathname }: URL, settings: ArchiveSettings): S3Store {
  const { archiveRegion: region, archiveAccessKeyId: accessKeyId, archiveSecretAccessKey: secretAccessKey } = settings;
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket))
    throw invalid('LACUNA_ARCHIVE', 'names no bucket: write s3://bucket or s3://bucket/prefix');
  const prefix = pathname.replace(/^\/+|\/+$/g, '');
  if (!/^[A-Za-z0-9._/-]*$/.test(prefix) || prefix.split('/').includes('..'))
    throw invalid('LACUNA_ARCHIVE', 'the prefix may have letters, digits and ._/- only');
  if (accessKeyId === undefined)
    throw invalid('LACUNA_ARCHIVE_ACCESS_KEY_ID', 'is not set, and an s3:// archive needs it');
  if (secretAccessKey === undefined)
    throw invalid('LACUNA_ARCHIVE_SECRET_ACCESS_KEY', 'is not set, and an s3:// archive needs it');
  const endpoint = settings.archiveEndpoint ?? `https://s3.${region}.amazonaws.com`;
  return new S3Store({ endpoint, region, bucket, accessKeyId, secretAccessKey }, prefix === '' ? '' : `${prefix}/`);
}

function invalid(where: string, message: string): Failure {
  return new Failure('invalid-config', `${where} ${message}`, { problems: [{ where, message }] });
}
