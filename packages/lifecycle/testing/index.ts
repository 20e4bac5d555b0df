/** For tests: the lives an evaluation can have. */
export { STORIES } from './stories.ts';
