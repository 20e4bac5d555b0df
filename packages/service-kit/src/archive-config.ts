import { Type } from 'typebox';

/** The settings of every service that reads or writes archived logs; the same for all of them. */
export const ArchiveConfigSchema = Type.Object({
  archive: Type.Optional(
    Type.String({
      description:
        'where closed logs are moved to: file:///folder (one that all services share), s3://bucket or s3://bucket/prefix; none by default',
    }),
  ),
  archiveEndpoint: Type.Optional(
    Type.String({
      pattern: '^https?://[^/@]+/?$',
      description: 'address of an S3-compatible store, such as http://minio:9000; that of AWS by default',
    }),
  ),
  archiveRegion: Type.String({
    pattern: '^[a-z0-9-]+$',
    default: 'us-east-1',
    description: 'region of the S3 store; most stores other than AWS take any',
  }),
  archiveAccessKeyId: Type.Optional(Type.String({ minLength: 1, description: 'id of the access key of the S3 store' })),
  archiveSecretAccessKey: Type.Optional(
    Type.String({ minLength: 1, secret: true, description: 'the access key of the S3 store' }),
  ),
});
