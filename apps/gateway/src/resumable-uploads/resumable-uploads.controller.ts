import {
  CompleteResumableUpload,
  DeleteResumableUpload,
  ListResumableUploads,
  ShowResumableUpload,
  SignResumableUploadParts,
  StartResumableUpload,
} from '@imago/contracts';
import { requireAllowed, type RequestContext } from '@imago/identity';
import { RequestClient } from '@imago/messaging';
import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { z } from 'zod';
import { idFor } from '../edge/idempotency-key.ts';
import { pageLinks } from '../edge/paging.ts';
import { idInPath } from '../edge/path-ids.ts';
import { regionOf } from '../edge/region-prefix.ts';
import { Context, Region } from '../edge/request-parameters.ts';
import { completionBody, partsBody, uploadBody, uploadsQuery } from './upload-bodies.ts';

/** Files on their way to an import, in parts that their owners send straight to the object store (R13). */
@Controller('v1/uploads')
export class ResumableUploadsController {
  constructor(private readonly requests: RequestClient) {}

  @Post()
  @HttpCode(201)
  async start(
    @Body({ schema: uploadBody }) body: z.output<typeof uploadBody>,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
    @Context() context: RequestContext,
  ): Promise<object> {
    const { name: region, prefix } = regionOf(request);
    requireAllowed('upload.manage', context, 'owner');
    const order = { upload_id: idFor(request, 'upload'), region, ...body };
    const { upload } = await this.requests.send(StartResumableUpload, order, { context });
    response.setHeader('Location', `${prefix}/v1/uploads/${upload.id}`);
    return upload;
  }

  @Get()
  async list(
    @Query({ schema: uploadsQuery }) query: z.output<typeof uploadsQuery>,
    @Req() request: Request,
    @Region() region: string,
    @Context() context: RequestContext,
  ): Promise<object> {
    const { limit, marker = null, project_id = context.project_id, state = null, fingerprint = null } = query;
    const asked = { region, project_id, marker, limit, state, fingerprint };
    const page = await this.requests.send(ListResumableUploads, asked, { context });
    return { uploads: page.uploads, ...pageLinks('/v1/uploads', request.query, page.next_marker) };
  }

  @Get(':upload_id')
  async show(
    @Param('upload_id') id: string,
    @Region() region: string,
    @Context() context: RequestContext,
  ): Promise<object> {
    return (await this.requests.send(ShowResumableUpload, wanted(id, region), { context })).upload;
  }

  @Post(':upload_id/part-urls')
  @HttpCode(200)
  async sign(
    @Param('upload_id') id: string,
    @Body({ schema: partsBody }) { parts }: z.output<typeof partsBody>,
    @Region() region: string,
    @Context() context: RequestContext,
  ): Promise<object> {
    return this.requests.send(SignResumableUploadParts, { ...wanted(id, region), parts }, { context });
  }

  @Post(':upload_id/complete')
  @HttpCode(202)
  async complete(
    @Param('upload_id') id: string,
    @Body({ schema: completionBody }) { sha256 }: z.output<typeof completionBody>,
    @Region() region: string,
    @Context() context: RequestContext,
  ): Promise<object> {
    return (await this.requests.send(CompleteResumableUpload, { ...wanted(id, region), sha256 }, { context })).upload;
  }

  @Delete(':upload_id')
  @HttpCode(204)
  async delete(
    @Param('upload_id') id: string,
    @Region() region: string,
    @Context() context: RequestContext,
  ): Promise<void> {
    await this.requests.send(DeleteResumableUpload, wanted(id, region), { context });
  }
}

function wanted(id: string, region: string): { readonly upload_id: string; readonly region: string } {
  return { upload_id: idInPath(id, 'upload.not_found'), region };
}
