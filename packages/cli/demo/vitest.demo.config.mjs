// Keeps the demo's suite away from the projects of the repository's own tests.
export default { test: { include: ['*.suite.mjs'], watch: false } };
