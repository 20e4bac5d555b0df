/** For tests: the lives an evaluation can have, and what is told when its Job is removed. */
export { STORIES } from './stories.ts';
export { tellRemoval } from './tell-removal.ts';
