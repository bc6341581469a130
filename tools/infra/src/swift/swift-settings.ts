/** Where a Swift keeps its data, and its user. */
export interface SwiftSettings {
  readonly directory: string;
  /** Port of the proxy. */
  readonly port: number;
  readonly region: string;
  readonly secret_key: string;
}

/** Account and user in one, as tempauth has them; this is the S3 access key as well. */
export const SWIFT_USER = 'imago:tester';

/** Swift's configuration files by name: one node, one copy, the S3 API and nothing that needs another service. */
export function swiftSettings(settings: SwiftSettings): Readonly<Record<string, string>> {
  return {
    'swift.conf': section('swift-hash', { swift_hash_path_suffix: 'imago', swift_hash_path_prefix: 'imago' }),
    'proxy.conf': proxy(settings),
    'account.conf': storage('account', settings),
    'container.conf': storage('container', settings),
    'object.conf': storage('object', settings),
  };
}

function proxy({ directory, port, region, secret_key }: SwiftSettings): string {
  const [account = '', user = ''] = SWIFT_USER.split(':');
  const pipeline =
    'catch_errors gatekeeper cache s3api tempauth copy bulk slo dlo versioned_writes symlink proxy-server';
  const filter = (name: string, options: Options = {}): string =>
    section(`filter:${name}`, { use: `egg:swift#${name}`, ...options });
  return [
    section('DEFAULT', { bind_ip: '127.0.0.1', bind_port: port, swift_dir: directory, log_level: 'WARNING' }),
    section('pipeline:main', { pipeline }),
    section('app:proxy-server', {
      use: 'egg:swift#proxy',
      account_autocreate: 'true',
      allow_account_management: 'true',
    }),
    filter('catch_errors'),
    filter('gatekeeper'),
    // It listens nowhere: what is not cached is looked up.
    section('filter:cache', {
      use: 'egg:swift#memcache',
      memcache_servers: '127.0.0.1:9',
      error_suppression_limit: '0',
    }),
    // As many parts as S3 has.
    filter('s3api', { location: region, max_upload_part_num: '10000', dns_compliant_bucket_names: 'true' }),
    filter('tempauth', { [`user_${account}_${user}`]: `${secret_key} .admin`, token_life: '86400' }),
    filter('copy'),
    filter('bulk'),
    filter('slo', { max_manifest_segments: '10000' }),
    filter('dlo'),
    filter('versioned_writes', { allow_object_versioning: 'true' }),
    filter('symlink'),
  ].join('\n');
}

function storage(kind: string, { directory }: SwiftSettings): string {
  return [
    section('DEFAULT', {
      swift_dir: directory,
      devices: `${directory}/devices`,
      mount_check: 'false',
      // A disk that is fuller than Swift likes is no matter for a test.
      fallocate_reserve: '0',
      disable_fallocate: 'true',
      log_level: 'WARNING',
    }),
    section('pipeline:main', { pipeline: `${kind}-server` }),
    section(`app:${kind}-server`, { use: `egg:swift#${kind}` }),
  ].join('\n');
}

type Options = Readonly<Record<string, string | number>>;

function section(name: string, options: Options): string {
  return [`[${name}]`, ...Object.entries(options).map(([key, value]) => `${key} = ${value}`), ''].join('\n');
}
