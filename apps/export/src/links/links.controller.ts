import { CreateDownloadLink as CreateDownloadLinkContract, type RequestOf, type ResponseOf } from '@imago/contracts';
import { OnRequest, type RequestCall } from '@imago/messaging';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { CreateDownloadLink } from './create-download-link.ts';

/** What is asked of links. */
@Controller()
export class LinksController {
  constructor(private readonly createDownloadLink: CreateDownloadLink) {}

  @OnRequest(CreateDownloadLinkContract)
  async create(
    @Payload() request: RequestOf<typeof CreateDownloadLinkContract>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof CreateDownloadLinkContract>> {
    return this.createDownloadLink.execute(request, call.context);
  }
}
