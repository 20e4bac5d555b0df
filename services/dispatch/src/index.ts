/**
 * dispatch: turns accepted evaluations into Jobs, within capacity, never twice, and removes what settled ones leave behind.
 * It never decides how an evaluation ended.
 */
export { dispatch } from './service.ts';
