import type { Request } from 'express';

/** What of Express's router is needed to ask it about a path. */
interface Router {
  readonly stack: readonly Layer[];
}
interface Layer {
  readonly route?: { readonly methods: Readonly<Record<string, boolean>> };
  match(path: string): boolean;
}

/** The methods that the path of a request has; empty when there is no such path at all. Nest says 404 to both. */
export function allowedMethods(request: Request): readonly string[] {
  const { router } = request.app as unknown as { router: Router };
  const methods = router.stack
    .filter((layer) => layer.route !== undefined && layer.match(request.path))
    .flatMap((layer) => Object.keys(layer.route?.methods ?? {}));
  return [...new Set(methods.map((method) => method.toUpperCase()))].sort();
}
