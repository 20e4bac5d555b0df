import { runService } from '@lacuna/service-kit';
import { submit } from './index.ts';

await runService(submit);
