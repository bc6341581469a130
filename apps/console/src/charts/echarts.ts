import { BarChart } from 'echarts/charts';
import { GridComponent, LegendComponent, TooltipComponent } from 'echarts/components';
import { init, use as register } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';

// The parts of ECharts that are used, and no others: each of them is loaded.
register([BarChart, GridComponent, LegendComponent, TooltipComponent, CanvasRenderer]);

export { init };
