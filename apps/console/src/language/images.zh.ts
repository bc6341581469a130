/** What the pages of images say, in the guide's words. */
export const zh = {
  title: '镜像服务',
  tabs: { public: '公共镜像', private: '私有镜像', shared: '共享镜像' },
  tabsLabel: '镜像类型',
  columns: { name: '镜像名称', status: '状态', system: '操作系统', disk: '系统盘', size: '大小', updated: '更新时间' },
  status: {
    queued: '等待中',
    saving: '保存中',
    uploading: '上传中',
    importing: '创建中',
    active: '正常',
    deactivated: '已停用',
    killed: '创建失败',
    deleted: '已删除',
  },
  unnamed: '未命名',
  empty: {
    public: '当前节点还没有公共镜像。',
    private: '还没有私有镜像。',
    shared: '还没有共享镜像。',
  },
  gib: (count: number) => `${count} GB`,
  unknown: '—',
};

export type ImagesWords = typeof zh;
