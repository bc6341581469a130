/** The checkout. */
export declare const ROOT: string;
/**
 * The compiler, TypeScript 7. By its path: the linters' 6.0 brings a `tsc` along, and npm links whichever of the two it
 * comes to last.
 */
export declare const TSC: string;
/** Where an installation keeps everything: IMAGO_DIRECTORY, else `.imago` of the checkout. */
export declare const DIRECTORY: string;
/** Where a running installation says where it is, and with which names and keys it is used. */
export declare const RUN_FILE: string;
/** Where the services' logs and the files they read are. */
export declare const SERVICES_DIRECTORY: string;
/** The URL of the services' broker, for the operator's commands. */
export declare const BROKER_FILE: string;
//# sourceMappingURL=places.d.ts.map
