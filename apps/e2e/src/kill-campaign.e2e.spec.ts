import { describeCampaign } from '../test/campaign.ts';

// The short one: Postgres, RabbitMQ and the store once each, and services between. The long one is `npm run prove -- kill-campaign`.
describeCampaign(6);
