import {
  type JobReport,
  ListJobs,
  ReportJobs as ReportJobsContract,
  type RequestOf,
  type ResponseOf,
  ShowJob,
} from '@imago/contracts';
import { OnRequest, type RequestCall } from '@imago/messaging';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { FindJobs } from './find-jobs.ts';
import { ReportJobs } from './report-jobs.ts';

/** What other services ask the board. */
@Controller()
export class BoardController {
  constructor(
    private readonly findJobs: FindJobs,
    private readonly reportJobs: ReportJobs,
  ) {}

  @OnRequest(ListJobs)
  async list(
    @Payload() request: RequestOf<typeof ListJobs>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof ListJobs>> {
    return this.findJobs.list(request, call.context);
  }

  @OnRequest(ShowJob)
  async show(
    @Payload() request: RequestOf<typeof ShowJob>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof ShowJob>> {
    return this.findJobs.show(request, call.context);
  }

  @OnRequest(ReportJobsContract)
  async report(@Payload() request: RequestOf<typeof ReportJobsContract>, @Ctx() call: RequestCall): Promise<JobReport> {
    return this.reportJobs.report(request, call.context);
  }
}
