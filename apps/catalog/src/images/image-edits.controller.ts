import {
  AddImageTag,
  DeactivateImage,
  ReactivateImage,
  RemoveImageTag,
  type RequestOf,
  type ResponseOf,
  UpdateImage,
} from '@imago/contracts';
import { OnRequest, type RequestCall } from '@imago/messaging';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { CloseImage } from './close-image.ts';
import { type EditedImage, EditImage } from './edit-image.ts';
import { toRecord } from './image-record.ts';

/** What their owners and operators change of images. */
@Controller()
export class ImageEditsController {
  constructor(
    private readonly editImage: EditImage,
    private readonly closeImage: CloseImage,
  ) {}

  @OnRequest(UpdateImage)
  async update(
    @Payload() request: RequestOf<typeof UpdateImage>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof UpdateImage>> {
    const edited = await this.editImage.update(request, call);
    return { ...answer(edited), changed: [...edited.changed] };
  }

  @OnRequest(AddImageTag)
  async addTag(
    @Payload() request: RequestOf<typeof AddImageTag>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof AddImageTag>> {
    return answer(await this.editImage.addTag(request, call));
  }

  @OnRequest(RemoveImageTag)
  async removeTag(
    @Payload() request: RequestOf<typeof RemoveImageTag>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof RemoveImageTag>> {
    return answer(await this.editImage.removeTag(request, call));
  }

  @OnRequest(DeactivateImage)
  async deactivate(
    @Payload() request: RequestOf<typeof DeactivateImage>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof DeactivateImage>> {
    return answer(await this.closeImage.close(request, call));
  }

  @OnRequest(ReactivateImage)
  async reactivate(
    @Payload() request: RequestOf<typeof ReactivateImage>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof ReactivateImage>> {
    return answer(await this.closeImage.open(request, call));
  }
}

function answer({ image, event_ids }: EditedImage): ResponseOf<typeof AddImageTag> {
  return { image: toRecord(image), event_ids: [...event_ids] };
}
