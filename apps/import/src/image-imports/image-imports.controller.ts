import {
  DescribeImports as DescribeImportsContract,
  ImportImage as ImportImageContract,
  type RequestOf,
  type ResponseOf,
} from '@imago/contracts';
import { OnRequest, type RequestCall } from '@imago/messaging';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { DescribeImports } from './describe-imports.ts';
import { ImportImage } from './import-image.ts';

/** Imports into images that are registered already, as the OpenStack Image API knows them. */
@Controller()
export class ImageImportsController {
  constructor(
    private readonly importImage: ImportImage,
    private readonly describeImports: DescribeImports,
  ) {}

  @OnRequest(ImportImageContract)
  async import(
    @Payload() request: RequestOf<typeof ImportImageContract>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof ImportImageContract>> {
    return this.importImage.execute(request, context);
  }

  @OnRequest(DescribeImportsContract)
  async describe(
    @Payload() request: RequestOf<typeof DescribeImportsContract>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof DescribeImportsContract>> {
    return this.describeImports.execute(request, context);
  }
}
