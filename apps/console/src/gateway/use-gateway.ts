import { createContext, use } from 'react';
import { Gateway } from './gateway.ts';

/** The gateway, asked by who is signed in about the region that is looked at. */
export const GatewayContext = createContext<Gateway>(new Gateway({ token: '', region: '' }));

export function useGateway(): Gateway {
  return use(GatewayContext);
}
