import { type INestApplication, Injectable } from '@nestjs/common';
import type { OpenAPIObject } from '@nestjs/swagger';
import { openApiDocument } from './openapi-document.ts';

/** The description of the running gateway. Its controllers do not change, so it is made once, when somebody asks. */
@Injectable()
export class ApiDescription {
  #app: INestApplication | null = null;
  #document: OpenAPIObject | null = null;

  /** The application knows its controllers only when it is made, which is after its providers. */
  describe(app: INestApplication): void {
    this.#app = app;
  }

  /** @throws Error before {@link describe} */
  get document(): OpenAPIObject {
    if (this.#app === null) throw new Error('There is no application to describe.');
    this.#document ??= openApiDocument(this.#app);
    return this.#document;
  }
}
