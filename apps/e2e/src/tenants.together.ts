import { playTogether } from '../test/together.ts';

await playTogether('tenants');
