import { Select } from 'antd';
import { useWords } from '../language/language.ts';

interface RegionSwitchProps {
  readonly regions: readonly string[];
  readonly region: string;
  readonly onSwitch: (region: string) => void;
}

/** 切换节点: every region has images, servers and jobs of its own. */
export function RegionSwitch({ regions, region, onSwitch }: RegionSwitchProps) {
  const words = useWords();
  return (
    <label className="region-switch">
      <span>{words.region}</span>
      <Select
        aria-label={words.region}
        value={region}
        onChange={onSwitch}
        options={regions.map((value) => ({ value, label: value }))}
        popupMatchSelectWidth={false}
      />
    </label>
  );
}
