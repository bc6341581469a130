/** What the share inbox says. */
export const zh = {
  title: '共享收件箱',
  lead: '其他项目共享给您的镜像。接受后，镜像会显示在“共享镜像”中，可以用它创建云主机；使用共享镜像不收费。',
  tabs: { pending: '待接受', accepted: '已接受', rejected: '已拒绝', ended: '已结束' },
  tabsLabel: '共享状态',
  columns: { image: '镜像', owner: '共享者', updated: '更新时间', actions: '操作' },
  unnamed: '未命名',
  accept: '接受',
  reject: '拒绝',
  acceptNamed: (name: string) => `接受 ${name}`,
  rejectNamed: (name: string) => `拒绝 ${name}`,
  accepted: (name: string) => `已接受镜像“${name}”，可在“共享镜像”中使用。`,
  rejected: (name: string) => `已拒绝镜像“${name}”。改变主意时可以再接受。`,
  ended: { unshared: '共享者已取消共享', image_deleted: '镜像已被共享者删除' },
  empty: {
    pending: '没有待接受的共享。别人把镜像共享给您的项目时，会显示在这里。',
    accepted: '还没有接受过共享镜像。',
    rejected: '没有拒绝过共享镜像。',
    ended: '没有已结束的共享。',
  },
  projectId: (id: string) => `您的项目ID是 ${id}，把它告诉共享者即可接收镜像。`,
};

export type InboxWords = typeof zh;
