import { describeCampaign } from '../test/campaign.ts';

describeCampaign(Number(process.env['IMAGO_PROVE_KILLS'] ?? 200));
