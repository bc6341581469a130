export { AddressRules, isPublicAddress } from './address-rules.ts';
export { AllowList, isAllowList } from './allow-list.ts';
export { type ConnectionFailure, connectionFailure } from './connection-failure.ts';
export { DnsResolver, type HostAddress, HostResolver } from './host-resolver.ts';
export { outboundAgent, type OutboundAgentOptions } from './outbound-agent.ts';
export { OutboundGuard } from './outbound-guard.ts';
export { type OutboundReason, OutboundRefused, refusedBy } from './outbound-refused.ts';
export { secondsAsked } from './seconds-asked.ts';
