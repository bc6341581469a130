import { useQuery } from '@tanstack/react-query';
import { Skeleton, Tag } from 'antd';
import { answered } from '../gateway/gateway.ts';
import { useGateway } from '../gateway/use-gateway.ts';
import { timeFor } from '../jobs/job-figures.ts';
import { useSpeech } from '../language/language.ts';
import { useOperatorWords } from '../language/operator.ts';
import { ProblemAlert } from '../problem/problem-alert.tsx';

/** The reviews of an image, the newest first: it alone decides. */
export function ReviewList({ imageId }: { readonly imageId: string }) {
  const { publishing: words } = useOperatorWords();
  const { language } = useSpeech();
  const { api, region } = useGateway();
  const { data, error, isPending } = useQuery({
    queryKey: ['images', region, 'reviews', imageId],
    queryFn: ({ signal }) =>
      answered(api.GET('/v1/operator/images/{image_id}/reviews', { params: { path: { image_id: imageId } }, signal })),
  });
  if (error !== null) return <ProblemAlert error={error} />;
  if (isPending) return <Skeleton active />;
  if (data.reviews.length === 0) return <p className="fine">{words.noReviews}</p>;
  return (
    <ul className="reviews">
      {data.reviews.map((review) => (
        <li key={review.id} data-review={review.verdict}>
          <Tag color={review.verdict === 'approved' ? 'success' : 'error'}>{words.verdicts[review.verdict]}</Tag>
          {words.scans[review.scan]} · {review.initialisation_component ?? words.components.none} ·{' '}
          <time dateTime={review.reviewed_at}>{timeFor(language, review.reviewed_at)}</time>
          <div className="fine">
            <code>{review.reviewed_by}</code> {review.comment}
          </div>
        </li>
      ))}
    </ul>
  );
}
