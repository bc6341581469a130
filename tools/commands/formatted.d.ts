/** A generated text as `npm run format` would leave it in a file of this path. Throws when it is none of its kind. */
export declare function formatted(path: string, text: string): Promise<string>;
//# sourceMappingURL=formatted.d.ts.map
