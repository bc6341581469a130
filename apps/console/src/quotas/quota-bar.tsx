import { Progress } from 'antd';
import { useAccountWords } from '../language/account.ts';
import { useSpeech } from '../language/language.ts';
import { type Level, levelOf, type Quota } from './quota.ts';

const STATUS: Readonly<Record<Level, 'normal' | 'active' | 'exception'>> = {
  fine: 'normal',
  near: 'active',
  full: 'exception',
};

/** One limit: what it is called, how much of it is used, and a word when that is nearly all. */
export function QuotaBar({ quota }: { readonly quota: Quota }) {
  const { quotas: words } = useAccountWords();
  const { language } = useSpeech();
  const { resource, limit, used } = quota;
  const level = levelOf(quota);
  const number = (value: number): string => value.toLocaleString(language);
  const unit = words.unit[resource];
  return (
    <li className="quota" data-resource={resource} data-level={level?.level}>
      <h2 className="quiet-heading">{words.resource[resource]}</h2>
      {level === null ? (
        <p>{words.each(number(limit), unit)}</p>
      ) : (
        <>
          <Progress
            percent={level.percent}
            status={STATUS[level.level]}
            aria-label={words.resource[resource]}
            format={(percent) => `${percent ?? 0}%`}
          />
          <p>
            {words.used(number(used ?? 0), number(limit), unit)}
            {level.level !== 'fine' && <strong> · {words[level.level]}</strong>}
          </p>
        </>
      )}
    </li>
  );
}
