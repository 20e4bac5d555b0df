/**
 * The container images, built without a container engine: layers are folders in a tar, and an archive of them is what `docker load`,
 * `podman load` and `ctr image import` take. The same input gives the same bytes. It runs nothing and pushes nowhere.
 */
export { IMAGES, type ImageName } from './images.ts';
export { buildImage } from './build-image.ts';
