import type { ReactNode } from 'react';

interface TileProps {
  readonly name: string;
  readonly label: string;
  readonly value: string;
  /** Somebody should look at it. */
  readonly alarm?: boolean;
  readonly children?: ReactNode;
}

/** One figure, and a word to it. */
export function Tile({ name, label, value, alarm = false, children }: TileProps) {
  return (
    <div className="tile" data-tile={name} data-alarm={alarm}>
      <dt className="fine">{label}</dt>
      <dd>
        <strong>{value}</strong>
        <span className="fine">{children}</span>
      </dd>
    </div>
  );
}
