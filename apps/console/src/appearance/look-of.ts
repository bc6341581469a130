import { theme, type ThemeConfig } from 'antd';

/** Antd's theme, with other colours where its own are too pale to be read by everybody: 4.5 to 1 is the least. */
export function lookOf(dark: boolean, motion: boolean): ThemeConfig {
  return dark
    ? {
        algorithm: theme.darkAlgorithm,
        token: {
          motion,
          colorPrimary: '#3c89e8',
          colorLink: '#6aa9f2',
          colorLinkHover: '#8fc0f7',
          colorLinkActive: '#8fc0f7',
          colorSuccess: '#6abe39',
          colorWarning: '#e8b339',
          colorError: '#f37370',
          colorTextDescription: 'rgba(255, 255, 255, 0.72)',
          colorTextPlaceholder: 'rgba(255, 255, 255, 0.6)',
        },
        components: {
          Button: { colorPrimaryHover: '#2f6cb8', colorPrimaryActive: '#2a5fa3', dangerColor: '#140404' },
          Tabs: { itemSelectedColor: '#7db4f5', itemHoverColor: '#7db4f5', inkBarColor: '#7db4f5' },
          Descriptions: { labelColor: 'rgba(255, 255, 255, 0.72)' },
        },
      }
    : {
        algorithm: theme.defaultAlgorithm,
        token: {
          motion,
          colorPrimary: '#0b5cad',
          colorLink: '#0b5cad',
          colorLinkHover: '#0a4f96',
          colorLinkActive: '#0a4f96',
          colorInfo: '#0b5cad',
          colorSuccess: '#237804',
          colorSuccessBg: '#f0f9e8',
          colorWarning: '#874d00',
          colorWarningBg: '#fff7e0',
          colorError: '#a8071a',
          colorErrorBg: '#fff1f0',
          colorTextDescription: 'rgba(0, 0, 0, 0.68)',
          colorTextPlaceholder: 'rgba(0, 0, 0, 0.6)',
        },
        components: { Descriptions: { labelColor: 'rgba(0, 0, 0, 0.68)' } },
      };
}
