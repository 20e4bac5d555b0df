import { runService } from '@lacuna/service-kit';
import { traceAudit } from './index.ts';

await runService(traceAudit);
