import { registerHooks } from 'node:module';

/**
 * The library loads the code of all of Kubernetes' objects with its kubeconfig: 45 MB in each of our processes, of which nothing is used. So its
 * kubeconfig is loaded with the two things alone that it takes from there.
 */
const hooks = registerHooks({
  resolve(specifier, context, next) {
    const isAll = specifier === './gen/index.js' && context.parentURL?.endsWith('/client-node/dist/config.js') === true;
    return isAll ? next(new URL('kube-config-needs.ts', import.meta.url).href, context) : next(specifier, context);
  },
});

/** Identity as kubectl has it: kubeconfigs, the pod's own service account, exec plugins, tokens that are rotated. */
export const { KubeConfig } = await import('@kubernetes/client-node/dist/config.js');
export type KubeConfig = InstanceType<typeof KubeConfig>;

hooks.deregister();
