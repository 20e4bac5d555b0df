import { expect, test } from 'vitest';
import { ClusterConfigSchema, openCluster } from '../src/open-cluster.ts';
import { parseConfig } from '../src/parse-config.ts';

test.each(['image', 'init-container'])(
  'a helper that is to come by an %s needs the name of the image',
  async (from) => {
    const { config } = parseConfig(ClusterConfigSchema, { LACUNA_CLUSTER: 'kubernetes', LACUNA_SEAL: from });
    const opening = openCluster(config, new AbortController().signal);
    await expect(opening).rejects.toMatchObject({
      code: 'invalid-config',
      message: expect.stringContaining(`LACUNA_SEAL=${from} needs LACUNA_SEAL_IMAGE`) as string,
    });
  },
);
