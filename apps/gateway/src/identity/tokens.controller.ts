import { refusal } from '@imago/contracts';
import { EmbeddedIdentityProvider, type VerifiedToken } from '@imago/identity';
import { Regions } from '@imago/object-store';
import { Body, Controller, Delete, Get, Header, HttpCode, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { z } from 'zod';
import { callerOf } from '../edge/authenticate.ts';
import { PublicUrl } from '../edge/public-url.ts';
import { authBody, toAuthRequest } from './auth-request.ts';
import { serviceCatalog } from './service-catalog.ts';
import { tokenDocument } from './token-document.ts';

const SUBJECT = 'X-Subject-Token';

/** Keystone's tokens: log in, look at a token, give one up. */
@Controller(['v3/auth/tokens', 'identity/v3/auth/tokens'])
export class TokensController {
  constructor(
    private readonly identity: EmbeddedIdentityProvider,
    private readonly regions: Regions,
    private readonly publicUrl: PublicUrl,
  ) {}

  @Post()
  @HttpCode(201)
  @Header('Cache-Control', 'no-store')
  async issue(
    @Body({ schema: authBody }) body: z.output<typeof authBody>,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<object> {
    const token = await this.identity.issue(toAuthRequest(body));
    return this.#describe(token, request, response);
  }

  /** Also answers HEAD, with the headers alone. */
  @Get()
  @Header('Cache-Control', 'no-store')
  async show(@Req() request: Request, @Res({ passthrough: true }) response: Response): Promise<object> {
    return this.#describe(await this.#subject(request), request, response);
  }

  @Delete()
  @HttpCode(204)
  async revoke(@Req() request: Request): Promise<void> {
    const subject = await this.#subject(request);
    await this.identity.revoke(subject.token);
  }

  #describe(token: VerifiedToken, request: Request, response: Response): object {
    response.setHeader(SUBJECT, token.token);
    const names = this.regions.names;
    const isBare = 'nocatalog' in request.query;
    return tokenDocument(token, isBare ? null : serviceCatalog(this.publicUrl.of(request), names));
  }

  /** Tokens may be looked at by their own user and by operators. */
  async #subject(request: Request): Promise<VerifiedToken> {
    const { token: caller, context } = callerOf(request);
    const subject = await this.identity.verify(request.get(SUBJECT) ?? '').catch(() => {
      throw refusal('request.not_found', 'There is no such token.');
    });
    if (subject.user.id !== caller.user.id && !context.roles.includes('admin')) {
      throw refusal('request.not_found', 'There is no such token.');
    }
    return subject;
  }
}
