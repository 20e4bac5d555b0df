/** What the client library's kubeconfig needs of the code for Kubernetes' objects. Source: its `config.js`, 2.0.1. */
export { createConfiguration } from '@kubernetes/client-node/dist/gen/configuration.js';
export { ServerConfiguration } from '@kubernetes/client-node/dist/gen/servers.js';
