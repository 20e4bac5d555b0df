import type { V1Container, V1Volume, V1VolumeMount } from '@kubernetes/client-node';
import { defined } from '@lacuna/contracts';

/** How a pod gets the helper that runs a command and seals its log. */
export type SealMount = {
  /** As the nodes' label `kubernetes.io/arch` has it. A pod goes only to nodes of it. */
  readonly architecture: 'amd64' | 'arm64';
} & (
  | { readonly from: 'configmap'; readonly configMap: string }
  /** `image`: mounted as a volume (Kubernetes 1.35, containerd 2.1). `init-container`: copied, about a second a pod. The image has `/seal`. */
  | { readonly from: 'image' | 'init-container'; readonly image: string }
);

/** The key in a ConfigMap, and the name in the root of an image. */
export const SEAL_FILE = 'seal';

/** No image has anything there. */
const FOLDER = '/.lacuna';
export const SEAL = `${FOLDER}/${SEAL_FILE}`;
export const SEAL_VOLUME = 'seal';
/** Some times its size. */
const COPY_LIMIT = '1Mi';

export const sealVolumeMount: V1VolumeMount = { name: SEAL_VOLUME, mountPath: FOLDER, readOnly: true };

/** Executable for every user, and for none to write in the containers that have it. */
export function sealVolume(mount: SealMount, pullPolicy: string): V1Volume {
  switch (mount.from) {
    case 'configmap': {
      const items = [{ key: SEAL_FILE, path: SEAL_FILE }];
      return { name: SEAL_VOLUME, configMap: { name: mount.configMap, defaultMode: 0o555, items } };
    }
    case 'image':
      return { name: SEAL_VOLUME, image: { reference: mount.image, pullPolicy } };
    case 'init-container':
      return { name: SEAL_VOLUME, emptyDir: { sizeLimit: COPY_LIMIT } };
  }
}

/** What must run before the containers that need the helper. It takes no more than `main` does, so a pod asks for no more because of it. */
export function sealInitContainers(mount: SealMount, main: V1Container): V1Container[] {
  if (mount.from !== 'init-container') return [];
  const { imagePullPolicy, securityContext, resources } = main;
  return [
    {
      name: 'seal',
      image: mount.image,
      command: [`/${SEAL_FILE}`, '--install', FOLDER],
      volumeMounts: [{ name: SEAL_VOLUME, mountPath: FOLDER }],
      ...defined({ imagePullPolicy, securityContext, resources }),
    },
  ];
}
