import { registerHooks } from 'node:module';
import { expect, test } from 'vitest';

test("the kubeconfig is loaded without the code of all of Kubernetes' objects, and is whole", async () => {
  const loaded: string[] = [];
  const hooks = registerHooks({
    load(url, context, next) {
      loaded.push(url);
      return next(url, context);
    },
  });
  const { KubeConfig } = await import('../src/kube-config.ts');
  hooks.deregister();
  const ofLibrary = loaded.filter((url) => url.includes('client-node/dist/'));
  expect(ofLibrary.find((url) => url.endsWith('/config.js'))).toBeDefined();
  expect(ofLibrary.filter((url) => url.includes('/gen/models/'))).toEqual([]);
  const config = new KubeConfig();
  config.loadFromClusterAndUser({ name: 'c', server: 'https://here', skipTLSVerify: true }, { name: 'u', token: 't' });
  const options: { headers?: object } = {};
  await config.applyToHTTPSOptions(options);
  expect(options.headers).toMatchObject({ Authorization: 'Bearer t' });
});
