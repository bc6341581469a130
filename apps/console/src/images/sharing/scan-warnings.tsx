import { useQuery } from '@tanstack/react-query';
import { Alert } from 'antd';
import { useGateway } from '../../gateway/use-gateway.ts';
import { useImagesWords } from '../../language/images.ts';
import { newestScan, scanKey } from '../../scans/newest-scan.ts';

/** What the newest scan found in the files of an image, before others get them; nothing when it found nothing. */
export function ScanWarnings({ imageId }: { readonly imageId: string }) {
  const { share: words } = useImagesWords();
  const gateway = useGateway();
  const { data: scan } = useQuery({
    queryKey: scanKey(gateway, imageId),
    queryFn: ({ signal }) => newestScan(gateway, imageId, signal),
  });
  const malware = scan?.malware ?? [];
  const secrets = scan?.secrets ?? [];
  const paths = [...new Set([...malware, ...secrets].map(({ path }) => path))];
  if (paths.length === 0) return null;
  return (
    <Alert
      type={malware.length > 0 ? 'error' : 'warning'}
      showIcon
      title={malware.length > 0 ? words.malwareFound : words.secretsFound}
      description={
        <ul>
          {paths.map((path) => (
            <li key={path}>
              <code>{path}</code>
            </li>
          ))}
        </ul>
      }
    />
  );
}
