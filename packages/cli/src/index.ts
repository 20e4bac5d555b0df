/**
 * The command line `lacuna`: reads arguments, calls the API through `@lacuna/client`, and draws the answer for eyes or prints it as
 * JSON. `lacuna up` and `lacuna demo` also compose the services.
 *
 * It refuses to judge: verdicts, stages and reasons are shown as the server gives them, and exit codes follow from them.
 */
export { readersOf, settingsOfServices } from './settings-of-services.ts';
