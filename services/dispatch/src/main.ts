import { runService } from '@lacuna/service-kit';
import { dispatch } from './index.ts';

await runService(dispatch);
