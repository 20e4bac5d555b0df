import { setFlagsFromString } from 'node:v8';
import { runService } from '@lacuna/service-kit';
import { logCollect } from './index.ts';

// Under a bound like the chart's, V8 collects all of its heap whenever that has grown by a third: for every ten megabytes of a log, most of which is garbage by
// then. Twice the size is still far below the bound. An option for which NODE_OPTIONS has no room.
setFlagsFromString('--heap-growing-percent=100');
await runService(logCollect);
