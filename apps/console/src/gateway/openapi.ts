/* eslint-disable -- made of docs/openapi.json by npm run docs */
export interface paths {
  '/': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['Versions.root'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/versions': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['Versions.versions[0]'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v2': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['Versions.versions[1]'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v2/info/import': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['Info.import'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v2/info/usage': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['Info.usage'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v2/info/stores': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['Stores.list'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v2/info/stores/detail': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['Stores.detail'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v2/stores/{store}/{image_id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    delete: operations['Stores.remove'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v2/tasks': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['Tasks.list'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v2/tasks/{task_id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['Tasks.show'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v2/images/{image_id}/tasks': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['Tasks.ofImage'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v2/metadefs/namespaces': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['Namespaces.list'];
    put?: never;
    post: operations['Namespaces.create'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v2/metadefs/namespaces/{namespace}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['Namespaces.show'];
    put: operations['Namespaces.update'];
    post?: never;
    delete: operations['Namespaces.delete'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v2/metadefs/resource_types': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['Namespaces.resourceTypes'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v2/metadefs/namespaces/{namespace}/objects': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['MetadefObjects.list'];
    put?: never;
    post: operations['MetadefObjects.create'];
    delete: operations['MetadefObjects.deleteAll'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v2/metadefs/namespaces/{namespace}/objects/{object_name}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['MetadefObjects.show'];
    put: operations['MetadefObjects.update'];
    post?: never;
    delete: operations['MetadefObjects.delete'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v2/metadefs/namespaces/{namespace}/properties': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['MetadefProperties.list'];
    put?: never;
    post: operations['MetadefProperties.create'];
    delete: operations['MetadefProperties.deleteAll'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v2/metadefs/namespaces/{namespace}/properties/{property_name}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['MetadefProperties.show'];
    put: operations['MetadefProperties.update'];
    post?: never;
    delete: operations['MetadefProperties.delete'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v2/metadefs/namespaces/{namespace}/tags': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['MetadefTags.list'];
    put?: never;
    post: operations['MetadefTags.createAll'];
    delete: operations['MetadefTags.deleteAll'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v2/metadefs/namespaces/{namespace}/tags/{tag_name}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['MetadefTags.show'];
    put: operations['MetadefTags.update'];
    post: operations['MetadefTags.create'];
    delete: operations['MetadefTags.delete'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v2/metadefs/namespaces/{namespace}/resource_types': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['MetadefResourceTypes.list'];
    put?: never;
    post: operations['MetadefResourceTypes.create'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v2/metadefs/namespaces/{namespace}/resource_types/{resource_type}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    delete: operations['MetadefResourceTypes.delete'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v2/schemas/image': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['Schemas.image'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v2/schemas/images': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['Schemas.images'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v2/schemas/member': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['Schemas.member'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v2/schemas/members': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['Schemas.members'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v2/schemas/task': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['Schemas.task'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v2/schemas/tasks': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['Schemas.tasks'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v2/schemas/metadefs/{schema}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['Schemas.metadefs'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/identity': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['Discovery.versions'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v3': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['Discovery.version'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/identity/v3': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['Discovery.versionBehindPrefix'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v3/auth/projects': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['Discovery.projects[0]'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/identity/v3/auth/projects': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['Discovery.projects[1]'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v3/auth/catalog': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['Discovery.catalog[0]'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/identity/v3/auth/catalog': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['Discovery.catalog[1]'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v3/auth/tokens': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['Tokens.show[0]'];
    put?: never;
    post: operations['Tokens.issue[0]'];
    delete: operations['Tokens.revoke[0]'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/identity/v3/auth/tokens': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['Tokens.show[1]'];
    put?: never;
    post: operations['Tokens.issue[1]'];
    delete: operations['Tokens.revoke[1]'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v3/projects': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['Projects.find[0]'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/identity/v3/projects': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['Projects.find[1]'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v3/projects/{project_id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['Projects.show[0]'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/identity/v3/projects/{project_id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['Projects.show[1]'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v2/images': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['Images.list'];
    put?: never;
    post: operations['Images.create'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v2/images/{image_id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['Images.show'];
    put?: never;
    post?: never;
    delete: operations['Images.delete'];
    options?: never;
    head?: never;
    patch: operations['Images.update'];
    trace?: never;
  };
  '/v1/images': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['ImageSearch.list'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v2/images/{image_id}/file': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['ImageFile.download'];
    put: operations['ImageUpload.upload'];
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v2/images/{image_id}/stage': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put: operations['ImageUpload.stage'];
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v2/images/{image_id}/import': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: operations['ImageImport.import'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v2/images/{image_id}/tags/{tag}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put: operations['ImageTags.add'];
    post?: never;
    delete: operations['ImageTags.remove'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v2/images/{image_id}/actions/deactivate': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: operations['ImageActions.deactivate'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v2/images/{image_id}/actions/reactivate': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: operations['ImageActions.reactivate'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/images/{image_id}/events': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['ImageEvents.list'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/images/{image_id}/lineage': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['ImageLineage.lineage'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/images/{image_id}/flatten': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: operations['ImageLineage.flatten'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/images/{image_id}/readiness': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['ImageReadiness.readiness'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/images/{image_id}/generalization': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['ImageReadiness.generalization'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/images/{image_id}/damages': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['ImageDamages.show'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/images/{image_id}/boot-proofs': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: operations['ImageBootProofs.create'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/images/{image_id}/boot-proof': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['ImageBootProofs.show'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/images/{image_id}/scans': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: operations['ImageScans.create'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/images/{image_id}/scan': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['ImageScans.show'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/images/{image_id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    delete: operations['ImageDeletion.delete'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/operator/images/{image_id}/reviews': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['ImageReviews.list'];
    put?: never;
    post: operations['ImageReviews.review'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/operator/images/{image_id}/publish': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: operations['ImageReviews.publish'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/operator/images/{image_id}/unpublish': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: operations['ImageReviews.unpublish'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v2/images/{image_id}/members': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['ImageMembers.list'];
    put?: never;
    post: operations['ImageMembers.add'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v2/images/{image_id}/members/{member_id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['ImageMembers.show'];
    put: operations['ImageMembers.answer'];
    post?: never;
    delete: operations['ImageMembers.remove'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/images/{image_id}/shares': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['ImageShares.list'];
    put?: never;
    post: operations['ImageShares.share'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/images/{image_id}/shares/cancel': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: operations['ImageShares.cancelMany'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/images/{image_id}/shares/{project_id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    delete: operations['ImageShares.cancel'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/shares': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['Inbox.list'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/shares/accept': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: operations['Inbox.acceptMany'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/shares/reject': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: operations['Inbox.rejectMany'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/shares/{image_id}/accept': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: operations['Inbox.accept'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/shares/{image_id}/reject': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: operations['Inbox.reject'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/imports': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['Imports.list'];
    put?: never;
    post: operations['Imports.create'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/imports/preflight': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: operations['Imports.preflight'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/imports/{job_id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['Imports.show'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/operator/offline-imports': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: operations['OfflineImports.create'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/captures': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['Captures.list'];
    put?: never;
    post: operations['Captures.create'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/captures/{job_id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['Captures.show'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/exports': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['Exports.list'];
    put?: never;
    post: operations['Exports.create'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/exports/{job_id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['Exports.show'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/copies': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['Copies.list'];
    put?: never;
    post: operations['Copies.create'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/copies/{job_id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['Copies.show'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/images/{image_id}/download-links': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: operations['DownloadLinks.create'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/downloads/{image_id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['Downloads.download'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/jobs': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['Jobs.list'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/jobs/{job_id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['Jobs.show'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/jobs/{job_id}/cancel': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: operations['Jobs.cancel'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/servers': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['Servers.list'];
    put?: never;
    post: operations['Servers.create'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/servers/{server_id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['Servers.show'];
    put?: never;
    post?: never;
    delete: operations['Servers.delete'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/servers/{server_id}/start': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: operations['ServerActions.start'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/servers/{server_id}/stop': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: operations['ServerActions.stop'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/servers/{server_id}/reboot': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: operations['ServerActions.reboot'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/servers/{server_id}/change-os': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: operations['ServerActions.changeOs'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/servers/{server_id}/console': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['ServerConsole.show'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/flavors': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['Flavors.list'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/networks': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['Networks.list'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/operating-systems': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['OperatingSystems.list'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/quotas': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['Quotas.show'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/quota-requests': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['QuotaRequests.list'];
    put?: never;
    post: operations['QuotaRequests.submit'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/quota-requests/{quota_request_id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['QuotaRequests.show'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/operator/quota-requests': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['OperatorQuotaRequests.list'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/operator/quota-requests/{quota_request_id}/approve': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: operations['OperatorQuotaRequests.approve'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/operator/quota-requests/{quota_request_id}/reject': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: operations['OperatorQuotaRequests.reject'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/usage': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['Usage.list'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/operator/reconciliations': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['Reconciliations.list'];
    put?: never;
    post: operations['Reconciliations.start'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/operator/operations': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['Operations.show'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/operator/scrubs': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['Scrubs.show'];
    put?: never;
    post: operations['Scrubs.start'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/operator/parked': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['Parked.list'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/operator/parked/{service}/{message_id}/replay': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: operations['Parked.replay'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/operator/parked/{service}/{message_id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    delete: operations['Parked.drop'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/audit': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['Audit.list'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/events': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['EventStream.follow'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/webhooks': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['Webhooks.list'];
    put?: never;
    post: operations['Webhooks.create'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/webhooks/{webhook_id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['Webhooks.show'];
    put?: never;
    post?: never;
    delete: operations['Webhooks.delete'];
    options?: never;
    head?: never;
    patch: operations['Webhooks.update'];
    trace?: never;
  };
  '/v1/webhooks/{webhook_id}/deliveries': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['WebhookDeliveries.list'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/webhooks/{webhook_id}/deliveries/{delivery_id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['WebhookDeliveries.show'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/webhooks/{webhook_id}/deliveries/{delivery_id}/replay': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: operations['WebhookDeliveries.replay'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/webhooks/{webhook_id}/replay': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: operations['WebhookDeliveries.replayParked'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/webhooks/{webhook_id}/test': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: operations['WebhookDeliveries.test'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/buckets': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['Buckets.own'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/buckets/{bucket}/objects': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['Buckets.objects'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/operator/projects/{project_id}/buckets': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['Buckets.ofProject'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/operator/projects/{project_id}/buckets/{bucket}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put: operations['Buckets.assign'];
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/uploads': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['ResumableUploads.list'];
    put?: never;
    post: operations['ResumableUploads.start'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/uploads/{upload_id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['ResumableUploads.show'];
    put?: never;
    post?: never;
    delete: operations['ResumableUploads.delete'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/uploads/{upload_id}/part-urls': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: operations['ResumableUploads.sign'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/uploads/{upload_id}/complete': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: operations['ResumableUploads.complete'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/object-stores': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['ObjectStores.list'];
    put?: never;
    post: operations['ObjectStores.create'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/object-stores/{object_store}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['ObjectStores.show'];
    put: operations['ObjectStores.replace'];
    post?: never;
    delete: operations['ObjectStores.delete'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/openapi.json': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['OpenApi.document'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
}
export type webhooks = Record<string, never>;
export interface components {
  schemas: {
    Image: {
      /** Format: uuid */
      id: string;
      name: string | null;
      /** @enum {string} */
      status: 'queued' | 'saving' | 'uploading' | 'importing' | 'active' | 'deactivated' | 'killed' | 'deleted';
      /** @enum {string} */
      visibility: 'public' | 'private' | 'shared' | 'community';
      protected: boolean;
      os_hidden: boolean;
      owner: string;
      disk_format: string | null;
      container_format: string | null;
      size: number | null;
      virtual_size: number | null;
      checksum: string | null;
      os_hash_algo: string | null;
      os_hash_value: string | null;
      min_disk: number;
      min_ram: number;
      tags: string[];
      created_at: string;
      updated_at: string;
      /** @enum {string|null} */
      boot?: 'proven' | 'not_proven' | null;
      description?: string;
      architecture?: string;
      os_distro?: string;
      os_version?: string;
      hw_firmware_type?: string;
      image_type?: string;
      enterprise_project_id?: string;
      region?: string;
      job_id?: string;
      source_uri?: string;
      source_disk_format?: string;
      source_size?: string;
      source_server_name?: string;
      instance_uuid?: string;
      base_image_ref?: string;
      error_code?: string;
      error_message?: string;
      error_remedy?: string;
      data_disks?: string;
      machine_image_id?: string;
    } & {
      [key: string]: unknown;
    };
    ImagePage: {
      images: components['schemas']['Image'][];
      first: string;
      next?: string;
    };
    ImageLineage: {
      /** Format: uuid */
      image_id: string;
      name: string | null;
      /** @enum {string} */
      status: 'queued' | 'saving' | 'uploading' | 'importing' | 'active' | 'deactivated' | 'killed' | 'deleted';
      /** @default null */
      origin: {
        /** Format: uuid */
        server_id: string;
        server_name: string;
        /** @enum {string} */
        disk: 'system_disk' | 'data_disk';
        /** Format: uuid */
        disk_id: string;
        /** Format: uuid */
        image_id: string | null;
      } | null;
      /** Format: date-time */
      created_at: string;
      copied_from: {
        /** Format: uuid */
        image_id: string;
        region: string;
        name: string | null;
        /** @enum {string|null} */
        status:
          | 'queued'
          | 'saving'
          | 'uploading'
          | 'importing'
          | 'active'
          | 'deactivated'
          | 'killed'
          | 'deleted'
          | null;
      } | null;
      layers: number;
      ancestors: {
        /** Format: uuid */
        image_id: string;
        name: string | null;
        /** @enum {string|null} */
        status:
          | 'queued'
          | 'saving'
          | 'uploading'
          | 'importing'
          | 'active'
          | 'deactivated'
          | 'killed'
          | 'deleted'
          | null;
        origin: {
          /** Format: uuid */
          server_id: string;
          server_name: string;
          /** @enum {string} */
          disk: 'system_disk' | 'data_disk';
          /** Format: uuid */
          disk_id: string;
          /** Format: uuid */
          image_id: string | null;
        } | null;
        /** Format: date-time */
        created_at: string | null;
      }[];
    };
    ImageReadiness: {
      /** @enum {string} */
      status: 'ok' | 'warning' | 'problem' | 'unknown';
      points: {
        /** @enum {string} */
        point:
          | 'partition_table'
          | 'file_systems'
          | 'operating_system'
          | 'architecture'
          | 'boot_mode'
          | 'dhcp'
          | 'persistent_net_rules'
          | 'initialisation'
          | 'fstab'
          | 'virtio'
          | 'machine_id'
          | 'ssh_host_keys';
        /** @enum {string} */
        status: 'ok' | 'warning' | 'problem' | 'unknown';
        seen: string;
        where: string | null;
        remedy: string | null;
      }[];
      operating_system: {
        /** @enum {string} */
        os_type: 'linux' | 'windows';
        os_distro: string | null;
        os_version: string | null;
        name: string;
        /** @enum {string|null} */
        architecture: 'x86_64' | 'aarch64' | null;
      } | null;
      /** @enum {string|null} */
      partition_table: 'mbr' | 'gpt' | null;
      file_systems: {
        where: string;
        type: string;
        uuid: string | null;
      }[];
      bytes_read: number;
      /** Format: uuid */
      image_id: string;
      /** Format: date-time */
      examined_at: string;
    };
    ImageGeneralization: {
      changes: {
        /** @enum {string} */
        point:
          | 'partition_table'
          | 'file_systems'
          | 'operating_system'
          | 'architecture'
          | 'boot_mode'
          | 'dhcp'
          | 'persistent_net_rules'
          | 'initialisation'
          | 'fstab'
          | 'virtio'
          | 'machine_id'
          | 'ssh_host_keys';
        path: string;
        was: string;
        now: string;
      }[];
      left: {
        /** @enum {string} */
        code:
          | 'no_linux'
          | 'unreadable'
          | 'file_system'
          | 'shared_place'
          | 'needs_recovery'
          | 'not_clean'
          | 'unknown_feature'
          | 'inconsistent'
          | 'too_much'
          | 'does_not_fit'
          | 'hard_links'
          | 'file_attributes'
          | 'reserved_blocks'
          | 'quota'
          | 'no_key_maker'
          | 'no_dhcp_client'
          | 'not_certain'
          | 'not_safe'
          | 'by_hand'
          | 'by_cloud_init';
        /** @enum {string} */
        point:
          | 'partition_table'
          | 'file_systems'
          | 'operating_system'
          | 'architecture'
          | 'boot_mode'
          | 'dhcp'
          | 'persistent_net_rules'
          | 'initialisation'
          | 'fstab'
          | 'virtio'
          | 'machine_id'
          | 'ssh_host_keys';
        where: string | null;
        reason: string;
        remedy: string;
      }[];
      not_listed: number;
      /** Format: uuid */
      image_id: string;
      /** Format: date-time */
      generalized_at: string;
    };
    ImageBootProof:
      | {
          /** Format: uuid */
          image_id: string;
          /** @enum {string} */
          status: 'proven';
          evidence: string;
          /** Format: date-time */
          attempted_at: string;
          seconds: number;
          serial_log: string;
        }
      | {
          /** Format: uuid */
          image_id: string;
          /** @enum {string} */
          status: 'not_proven';
          /** @enum {string} */
          code:
            | 'no_bootable_device'
            | 'boot_loader_stopped'
            | 'root_file_system_missing'
            | 'kernel_panic'
            | 'emergency_shell'
            | 'guest_stopped'
            | 'machine_ended'
            | 'no_user_space'
            | 'silent';
          seen: string;
          remedy: string;
          /** Format: date-time */
          attempted_at: string;
          seconds: number;
          serial_log: string;
        };
    DeletedImage: {
      /** Format: uuid */
      id: string;
      members_losing: number;
    };
    EventPage: {
      events: {
        /** @enum {string} */
        specversion: '1.0';
        /** Format: uuid */
        id: string;
        /** Format: starts_with */
        source: string;
        type: string;
        /** Format: date-time */
        time: string;
        subject: string;
        /** @enum {string} */
        datacontenttype: 'application/json';
        dataversion: number;
        projectid: string;
        region: string;
        audience: string;
        correlationid: string;
        causationid?: string;
        traceparent?: string;
        sequence?: string;
        actor?: string;
        data: unknown;
      }[];
      first: string;
      next?: string;
    };
    DownloadLink: {
      /** Format: uuid */
      id: string;
      /** Format: uuid */
      image_id: string;
      disk_format: string;
      url: string;
      /** Format: date-time */
      expires_at: string;
      /** @enum {string} */
      projection?: 'pending';
    };
    ImageShares: {
      shares: {
        /** Format: uuid */
        image_id: string;
        image_name: string | null;
        owner: string;
        region: string;
        project_id: string;
        /** @enum {string} */
        status: 'pending' | 'accepted' | 'rejected';
        ended: {
          /** @enum {string} */
          reason: 'unshared' | 'image_deleted';
          /** Format: date-time */
          ended_at: string;
        } | null;
        /** Format: date-time */
        created_at: string;
        /** Format: date-time */
        updated_at: string;
        version: number;
      }[];
      quota: {
        limit: number;
        used: number;
      } | null;
    };
    SharedImage: {
      results: {
        share: {
          /** Format: uuid */
          image_id: string;
          image_name: string | null;
          owner: string;
          region: string;
          project_id: string;
          /** @enum {string} */
          status: 'pending' | 'accepted' | 'rejected';
          ended: {
            /** @enum {string} */
            reason: 'unshared' | 'image_deleted';
            /** Format: date-time */
            ended_at: string;
          } | null;
          /** Format: date-time */
          created_at: string;
          /** Format: date-time */
          updated_at: string;
          version: number;
        } | null;
        error: {
          code: string;
          kind: string;
          message: string;
          remedy: string;
          details?: {
            [key: string]: unknown;
          };
        } | null;
        project_id: string;
      }[];
      quota: {
        limit: number;
        used: number;
      };
      /** @enum {string} */
      projection?: 'pending';
    };
    Inbox: {
      shares: {
        /** Format: uuid */
        image_id: string;
        image_name: string | null;
        owner: string;
        region: string;
        project_id: string;
        /** @enum {string} */
        status: 'pending' | 'accepted' | 'rejected';
        ended: {
          /** @enum {string} */
          reason: 'unshared' | 'image_deleted';
          /** Format: date-time */
          ended_at: string;
        } | null;
        /** Format: date-time */
        created_at: string;
        /** Format: date-time */
        updated_at: string;
        version: number;
      }[];
      pending: number;
      first: string;
      next?: string;
    };
    AnsweredShares: {
      results: {
        share: {
          /** Format: uuid */
          image_id: string;
          image_name: string | null;
          owner: string;
          region: string;
          project_id: string;
          /** @enum {string} */
          status: 'pending' | 'accepted' | 'rejected';
          ended: {
            /** @enum {string} */
            reason: 'unshared' | 'image_deleted';
            /** Format: date-time */
            ended_at: string;
          } | null;
          /** Format: date-time */
          created_at: string;
          /** Format: date-time */
          updated_at: string;
          version: number;
        } | null;
        error: {
          code: string;
          kind: string;
          message: string;
          remedy: string;
          details?: {
            [key: string]: unknown;
          };
        } | null;
        image_id: string;
      }[];
      /** @enum {string} */
      projection?: 'pending';
    };
    AnsweredShare: {
      /** Format: uuid */
      image_id: string;
      image_name: string | null;
      owner: string;
      region: string;
      project_id: string;
      /** @enum {string} */
      status: 'pending' | 'accepted' | 'rejected';
      ended: {
        /** @enum {string} */
        reason: 'unshared' | 'image_deleted';
        /** Format: date-time */
        ended_at: string;
      } | null;
      /** Format: date-time */
      created_at: string;
      /** Format: date-time */
      updated_at: string;
      version: number;
      /** @enum {string} */
      projection?: 'pending';
    };
    Job: {
      /** Format: uuid */
      id: string;
      /** @enum {string} */
      type: 'import' | 'capture' | 'digest' | 'flatten' | 'export' | 'copy' | 'server' | 'boot_proof' | 'scan';
      project_id: string;
      region: string;
      /** Format: uuid */
      image_id: string | null;
      /** @enum {string} */
      state: 'queued' | 'running' | 'cancelling' | 'succeeded' | 'failed' | 'cancelled';
      phase: string;
      bytes_done: string;
      bytes_total: string | null;
      rate: string | null;
      eta: number | null;
      attempt: number;
      error: {
        code: string;
        kind: string;
        message: string;
        remedy: string;
        details?: {
          [key: string]: unknown;
        };
        phase: string;
      } | null;
      /** Format: date-time */
      created_at: string;
      /** Format: date-time */
      started_at: string | null;
      /** Format: date-time */
      finished_at: string | null;
      /** Format: date-time */
      updated_at: string;
      version: number;
      queue_position: number | null;
      result: {
        bucket: string;
        object: string;
        /** @enum {string} */
        disk_format: 'qcow2' | 'raw' | 'vhd' | 'vhdx' | 'vmdk';
        size: string;
        checksum: string;
        /** @enum {string} */
        os_hash_algo: 'sha512';
        os_hash_value: string;
      } | null;
    };
    AcceptedJob: {
      /** Format: uuid */
      id: string;
      /** @enum {string} */
      type: 'import' | 'capture' | 'digest' | 'flatten' | 'export' | 'copy' | 'server' | 'boot_proof' | 'scan';
      project_id: string;
      region: string;
      /** Format: uuid */
      image_id: string | null;
      /** @enum {string} */
      state: 'queued' | 'running' | 'cancelling' | 'succeeded' | 'failed' | 'cancelled';
      phase: string;
      bytes_done: string;
      bytes_total: string | null;
      rate: string | null;
      eta: number | null;
      attempt: number;
      error: {
        code: string;
        kind: string;
        message: string;
        remedy: string;
        details?: {
          [key: string]: unknown;
        };
        phase: string;
      } | null;
      /** Format: date-time */
      created_at: string;
      /** Format: date-time */
      started_at: string | null;
      /** Format: date-time */
      finished_at: string | null;
      /** Format: date-time */
      updated_at: string;
      version: number;
      /** @enum {string} */
      projection?: 'pending';
    };
    OrderedServers: {
      /** Format: uuid */
      id: string;
      /** @enum {string} */
      type: 'import' | 'capture' | 'digest' | 'flatten' | 'export' | 'copy' | 'server' | 'boot_proof' | 'scan';
      project_id: string;
      region: string;
      /** Format: uuid */
      image_id: string | null;
      /** @enum {string} */
      state: 'queued' | 'running' | 'cancelling' | 'succeeded' | 'failed' | 'cancelled';
      phase: string;
      bytes_done: string;
      bytes_total: string | null;
      rate: string | null;
      eta: number | null;
      attempt: number;
      error: {
        code: string;
        kind: string;
        message: string;
        remedy: string;
        details?: {
          [key: string]: unknown;
        };
        phase: string;
      } | null;
      /** Format: date-time */
      created_at: string;
      /** Format: date-time */
      started_at: string | null;
      /** Format: date-time */
      finished_at: string | null;
      /** Format: date-time */
      updated_at: string;
      version: number;
      servers: components['schemas']['Server'][];
      /** @enum {string} */
      projection?: 'pending';
    };
    JobPage: {
      jobs: components['schemas']['Job'][];
      first: string;
      next?: string;
    };
    ImportPage: {
      imports: components['schemas']['Job'][];
      first: string;
      next?: string;
    };
    CapturePage: {
      captures: components['schemas']['Job'][];
      first: string;
      next?: string;
    };
    ExportPage: {
      exports: components['schemas']['Job'][];
      first: string;
      next?: string;
    };
    CopyPage: {
      copies: components['schemas']['Job'][];
      first: string;
      next?: string;
    };
    Preflight: {
      /** @enum {string} */
      status: 'ok' | 'warning' | 'problem' | 'unknown';
      points: {
        /** @enum {string} */
        check:
          | 'source'
          | 'file'
          | 'checksum'
          | 'format'
          | 'structure'
          | 'disk_size'
          | 'image'
          | 'image_quota'
          | 'storage_quota'
          | 'partition_table'
          | 'file_systems'
          | 'operating_system'
          | 'architecture'
          | 'boot_mode'
          | 'dhcp'
          | 'persistent_net_rules'
          | 'initialisation'
          | 'fstab'
          | 'virtio'
          | 'machine_id'
          | 'ssh_host_keys';
        /** @enum {string} */
        status: 'ok' | 'warning' | 'problem' | 'unknown';
        code: string | null;
        seen: string;
        where: string | null;
        remedy: string | null;
      }[];
      facts: {
        source_uri: string | null;
        size: string | null;
        disk_formats: string[];
        virtual_size: string | null;
        allocated_bytes: string | null;
        min_disk: number;
        needed_min_disk: number | null;
        operating_system: {
          /** @enum {string} */
          os_type: 'linux' | 'windows';
          os_distro: string | null;
          os_version: string | null;
          name: string;
          /** @enum {string|null} */
          architecture: 'x86_64' | 'aarch64' | null;
        } | null;
        quotas: {
          project_id: string;
          region: string;
          /** @enum {string} */
          resource: 'images' | 'members_per_image' | 'storage_gib';
          limit: number;
          used: number | null;
        }[];
      };
      estimate: {
        seconds: number | null;
        bytes_per_second: string | null;
        imports: number;
        seen: string;
      };
    };
    Server: {
      /** Format: uuid */
      id: string;
      name: string;
      project_id: string;
      region: string;
      /** @enum {string} */
      status: 'building' | 'running' | 'stopped' | 'failed' | 'deleted';
      /** @enum {string|null} */
      task: 'creating' | 'starting' | 'stopping' | 'rebooting' | 'changing_os' | 'capturing' | 'deleting' | null;
      /** Format: uuid */
      job_id: string | null;
      flavor: {
        name: string;
        vcpus: number;
        ram: number;
      };
      /** Format: uuid */
      image_id: string;
      image_name: string | null;
      os_distro: string | null;
      os_version: string | null;
      /** @enum {string} */
      boot_mode: 'bios' | 'uefi';
      system_disk: {
        size_gib: number;
      };
      data_disks: {
        /** Format: uuid */
        id: string;
        size_gib: number;
        /** Format: uuid */
        image_id: string | null;
      }[];
      network: {
        name: string;
        mac_address: string;
      };
      fault: {
        code: string;
        kind: string;
        message: string;
        remedy: string;
        details?: {
          [key: string]: unknown;
        };
      } | null;
      /** Format: date-time */
      created_at: string;
      /** Format: date-time */
      updated_at: string;
      /** Format: date-time */
      started_at: string | null;
      version: number;
    };
    ServerPage: {
      servers: components['schemas']['Server'][];
      first: string;
      next?: string;
    };
    ServerConsole: {
      output: string;
    };
    Flavors: {
      flavors: {
        name: string;
        vcpus: number;
        ram: number;
      }[];
    };
    Networks: {
      networks: {
        name: string;
        restricted: boolean;
      }[];
    };
    OperatingSystems: {
      operating_systems: {
        os_distro: string;
        name: string;
        /** @enum {string} */
        os_type: 'linux' | 'windows';
        versions: {
          os_version: string;
          any_minor: boolean;
          architectures: ('x86_64' | 'aarch64')[];
          public_images: string[];
        }[];
      }[];
    };
    Quotas: {
      quotas: {
        project_id: string;
        region: string;
        /** @enum {string} */
        resource: 'images' | 'members_per_image' | 'storage_gib';
        limit: number;
        used: number | null;
      }[];
    };
    QuotaRequest: {
      /** Format: uuid */
      id: string;
      project_id: string;
      region: string;
      /** @enum {string} */
      resource: 'images' | 'members_per_image' | 'storage_gib';
      current_limit: number;
      requested_limit: number;
      reason: string;
      /** @enum {string} */
      state: 'submitted' | 'approved' | 'rejected';
      requested_by: string;
      decided_by: string | null;
      comment: string | null;
      /** Format: date-time */
      created_at: string;
      /** Format: date-time */
      decided_at: string | null;
      /** @enum {string} */
      projection?: 'pending';
    };
    QuotaRequestPage: {
      quota_requests: {
        /** Format: uuid */
        id: string;
        project_id: string;
        region: string;
        /** @enum {string} */
        resource: 'images' | 'members_per_image' | 'storage_gib';
        current_limit: number;
        requested_limit: number;
        reason: string;
        /** @enum {string} */
        state: 'submitted' | 'approved' | 'rejected';
        requested_by: string;
        decided_by: string | null;
        comment: string | null;
        /** Format: date-time */
        created_at: string;
        /** Format: date-time */
        decided_at: string | null;
      }[];
      first: string;
      next?: string;
    };
    UsagePage: {
      usage: {
        project_id: string;
        /** Format: date-time */
        from: string | null;
        /** Format: uuid */
        image_id: string | null;
        images: number;
        byte_hours: string;
        gib_hours: string;
      }[];
      /** Format: date-time */
      from: string;
      /** Format: date-time */
      to: string;
      first: string;
      next?: string;
    };
    Buckets: {
      buckets: {
        project_id: string;
        region: string;
        bucket: string;
      }[];
    };
    Upload: {
      /** Format: uuid */
      id: string;
      project_id: string;
      region: string;
      name: string | null;
      fingerprint: string | null;
      /** @enum {string} */
      state: 'open' | 'completing' | 'completed' | 'imported' | 'failed' | 'abandoned';
      size: string;
      part_size: number;
      part_count: number;
      sha256: string | null;
      bytes_verified: string;
      /** Format: uuid */
      image_id: string | null;
      error: {
        code: string;
        kind: string;
        message: string;
        remedy: string;
        details?: {
          [key: string]: unknown;
        };
      } | null;
      created_by: string;
      /** Format: date-time */
      created_at: string;
      /** Format: date-time */
      updated_at: string;
      /** Format: date-time */
      expires_at: string | null;
      version: number;
    };
    UploadInStore: {
      /** Format: uuid */
      id: string;
      project_id: string;
      region: string;
      name: string | null;
      fingerprint: string | null;
      /** @enum {string} */
      state: 'open' | 'completing' | 'completed' | 'imported' | 'failed' | 'abandoned';
      size: string;
      part_size: number;
      part_count: number;
      sha256: string | null;
      bytes_verified: string;
      /** Format: uuid */
      image_id: string | null;
      error: {
        code: string;
        kind: string;
        message: string;
        remedy: string;
        details?: {
          [key: string]: unknown;
        };
      } | null;
      created_by: string;
      /** Format: date-time */
      created_at: string;
      /** Format: date-time */
      updated_at: string;
      /** Format: date-time */
      expires_at: string | null;
      version: number;
      bytes_stored: string;
      missing_parts: number[];
    };
    UploadPage: {
      uploads: components['schemas']['Upload'][];
      first: string;
      next?: string;
    };
    SignedParts: {
      parts: {
        part_number: number;
        size: number;
        stored: boolean;
        /** Format: uri */
        url: string | null;
        headers: {
          [key: string]: string;
        };
        /** Format: date-time */
        expires_at: string | null;
      }[];
    };
    BucketObjects: {
      objects: {
        object: string;
        size: string;
        /** Format: date-time */
        last_modified: string;
      }[];
      first: string;
      next?: string;
    };
    Operations: {
      region: string;
      /** Format: date-time */
      as_of: string;
      services: {
        /** Format: date-time */
        started_at: string | null;
        faults: {
          [key: string]: string;
        };
        outbox: {
          unpublished: number;
          oldest_seconds: number;
        } | null;
        /** @enum {string} */
        service: 'gateway' | 'catalog' | 'import' | 'capture' | 'export' | 'sharing' | 'quota' | 'compute' | 'activity';
        /** @enum {string} */
        state: 'ready' | 'not_ready' | 'silent';
      }[];
      queues:
        | {
            queue: string;
            /** @enum {string|null} */
            service:
              | 'gateway'
              | 'catalog'
              | 'import'
              | 'capture'
              | 'export'
              | 'sharing'
              | 'quota'
              | 'compute'
              | 'activity'
              | null;
            /** @enum {string} */
            purpose: 'events' | 'requests' | 'suspect' | 'parked' | 'retry';
            messages: number | null;
            consumers: number | null;
          }[]
        | {
            error: {
              code: string;
              message: string;
              remedy: string;
            };
          };
      jobs:
        | {
            open: {
              /** @enum {string} */
              type: 'import' | 'capture' | 'digest' | 'flatten' | 'export' | 'copy' | 'server' | 'boot_proof' | 'scan';
              /** @enum {string} */
              state: 'queued' | 'running' | 'cancelling' | 'succeeded' | 'failed' | 'cancelled';
              jobs: number;
              silent: number;
            }[];
            /** Format: date-time */
            since: string;
            ended: {
              /** @enum {string} */
              type: 'import' | 'capture' | 'digest' | 'flatten' | 'export' | 'copy' | 'server' | 'boot_proof' | 'scan';
              /** @enum {string} */
              state: 'queued' | 'running' | 'cancelling' | 'succeeded' | 'failed' | 'cancelled';
              code: string | null;
              jobs: number;
            }[];
            throughput: {
              /** Format: date-time */
              hour: string;
              /** @enum {string} */
              type: 'import' | 'capture' | 'digest' | 'flatten' | 'export' | 'copy' | 'server' | 'boot_proof' | 'scan';
              jobs: number;
              bytes: string;
            }[];
          }
        | {
            error: {
              code: string;
              message: string;
              remedy: string;
            };
          };
      storage:
        | {
            by_visibility: {
              /** @enum {string} */
              visibility: 'public' | 'private' | 'shared' | 'community';
              deleted: boolean;
              images: number;
              bytes: string;
            }[];
            by_project: {
              project_id: string;
              images: number;
              bytes: string;
            }[];
            by_status: {
              /** @enum {string} */
              status: 'queued' | 'saving' | 'uploading' | 'importing' | 'active' | 'deactivated' | 'killed' | 'deleted';
              images: number;
            }[];
          }
        | {
            error: {
              code: string;
              message: string;
              remedy: string;
            };
          };
    };
    ParkedMessages: {
      messages: {
        /** @enum {string} */
        service: 'gateway' | 'catalog' | 'import' | 'capture' | 'export' | 'sharing' | 'quota' | 'compute' | 'activity';
        id: string;
        type: string | null;
        queue: string;
        reason: string;
        error: string | null;
        parked_at: string | null;
        body: string;
      }[];
    };
    ImageScan: {
      /** @enum {string} */
      status: 'clean' | 'infected' | 'incomplete' | 'not_scanned';
      /** @enum {string|null} */
      code:
        | 'scanner_missing'
        | 'sandbox_unavailable'
        | 'database_missing'
        | 'database_outdated'
        | 'scanner_failed'
        | 'disk_unreadable'
        | 'nothing_readable'
        | null;
      seen: string;
      remedy: string | null;
      malware: {
        signature: string;
        where: string;
        path: string;
      }[];
      malware_count: number;
      secrets: {
        /** @enum {string} */
        kind: 'private_key' | 'cloud_credentials' | 'access_token' | 'shell_history';
        where: string;
        path: string;
      }[];
      secret_count: number;
      gaps: {
        /** @enum {string} */
        code:
          | 'time_spent'
          | 'work_spent'
          | 'volume_unreadable'
          | 'directory_unreadable'
          | 'file_unreadable'
          | 'file_too_large'
          | 'archive_limits'
          | 'scanner_failed';
        where: string;
        path: string | null;
      }[];
      gap_count: number;
      file_systems: {
        where: string;
        type: string;
        files: number;
        bytes: string;
      }[];
      files: number;
      bytes: string;
      /** @enum {string|null} */
      initialisation_component: 'cloud-init' | 'cloudbase-init' | null;
      engine: {
        version: string;
        /** Format: date-time */
        database_built_at: string;
      } | null;
      seconds: number;
      /** Format: date-time */
      scanned_at: string;
      /** Format: uuid */
      image_id: string;
    };
    ImageReview: {
      /** Format: uuid */
      id: string;
      /** Format: uuid */
      image_id: string;
      /** @enum {string} */
      verdict: 'approved' | 'rejected';
      /** @enum {string} */
      scan: 'clean' | 'infected' | 'not_scanned';
      /** @enum {string|null} */
      initialisation_component: 'cloud-init' | 'cloudbase-init' | null;
      comment: string | null;
      reviewed_by: string;
      /** Format: date-time */
      reviewed_at: string;
    };
    ImageReviews: {
      reviews: components['schemas']['ImageReview'][];
    };
    Problem: {
      type: string;
      status: number;
      title: string;
      /** @description Stable; every code stands in docs/errors.md */
      code: string;
      detail: string;
      /** @description What the caller can do about it */
      remedy: string;
      request_id: string;
    };
  };
  responses: never;
  parameters: never;
  requestBodies: never;
  headers: never;
  pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
  'Versions.root': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'Versions.versions[0]': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'Versions.versions[1]': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'Info.import': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'Info.usage': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'Stores.list': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'Stores.detail': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'Stores.remove': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        store: string;
        image_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'Tasks.list': {
    parameters: {
      query?: {
        limit?: string;
        marker?: string;
        sort_key?: 'created_at';
        sort_dir?: 'desc';
        status?: 'pending' | 'processing' | 'success' | 'failure';
        type?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'Tasks.show': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        task_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'Tasks.ofImage': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        image_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'Namespaces.list': {
    parameters: {
      query?: {
        limit?: string;
        marker?: string;
        sort_key?: 'created_at' | 'updated_at' | 'namespace';
        sort_dir?: 'asc' | 'desc';
        visibility?: 'public' | 'private';
        resource_types?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'Namespaces.create': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      201: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'Namespaces.show': {
    parameters: {
      query?: {
        resource_type?: string;
      };
      header?: never;
      path: {
        namespace: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'Namespaces.update': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        namespace: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'Namespaces.delete': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        namespace: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'Namespaces.resourceTypes': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'MetadefObjects.list': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'MetadefObjects.create': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      201: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'MetadefObjects.deleteAll': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'MetadefObjects.show': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        object_name: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'MetadefObjects.update': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        object_name: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'MetadefObjects.delete': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        object_name: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'MetadefProperties.list': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'MetadefProperties.create': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      201: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'MetadefProperties.deleteAll': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'MetadefProperties.show': {
    parameters: {
      query?: {
        resource_type?: string;
      };
      header?: never;
      path: {
        property_name: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'MetadefProperties.update': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        property_name: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'MetadefProperties.delete': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        property_name: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'MetadefTags.list': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'MetadefTags.createAll': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      201: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'MetadefTags.deleteAll': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'MetadefTags.show': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        tag_name: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'MetadefTags.update': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        tag_name: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'MetadefTags.create': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        tag_name: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      201: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'MetadefTags.delete': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        tag_name: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'MetadefResourceTypes.list': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'MetadefResourceTypes.create': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      201: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'MetadefResourceTypes.delete': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        resource_type: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'Schemas.image': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'Schemas.images': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'Schemas.member': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'Schemas.members': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'Schemas.task': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'Schemas.tasks': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'Schemas.metadefs': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        schema: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'Discovery.versions': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'Discovery.version': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'Discovery.versionBehindPrefix': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'Discovery.projects[0]': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'Discovery.projects[1]': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'Discovery.catalog[0]': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'Discovery.catalog[1]': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'Tokens.show[0]': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'Tokens.issue[0]': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          auth: {
            identity: {
              methods: string[];
              password?: {
                user:
                  | {
                      password: string;
                      id: string;
                    }
                  | {
                      password: string;
                      name: string;
                      domain?:
                        | {
                            id: string;
                          }
                        | {
                            name: string;
                          };
                    };
              };
              token?: {
                id: string;
              };
            };
            scope?:
              | {
                  project:
                    | {
                        id: string;
                      }
                    | {
                        name: string;
                        domain?:
                          | {
                              id: string;
                            }
                          | {
                              name: string;
                            };
                      };
                }
              | {
                  system: unknown;
                }
              | {
                  domain:
                    | {
                        id: string;
                      }
                    | {
                        name: string;
                      };
                }
              | {
                  unscoped: unknown;
                }
              | 'unscoped';
          };
        };
      };
    };
    responses: {
      201: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'Tokens.revoke[0]': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'Tokens.show[1]': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'Tokens.issue[1]': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          auth: {
            identity: {
              methods: string[];
              password?: {
                user:
                  | {
                      password: string;
                      id: string;
                    }
                  | {
                      password: string;
                      name: string;
                      domain?:
                        | {
                            id: string;
                          }
                        | {
                            name: string;
                          };
                    };
              };
              token?: {
                id: string;
              };
            };
            scope?:
              | {
                  project:
                    | {
                        id: string;
                      }
                    | {
                        name: string;
                        domain?:
                          | {
                              id: string;
                            }
                          | {
                              name: string;
                            };
                      };
                }
              | {
                  system: unknown;
                }
              | {
                  domain:
                    | {
                        id: string;
                      }
                    | {
                        name: string;
                      };
                }
              | {
                  unscoped: unknown;
                }
              | 'unscoped';
          };
        };
      };
    };
    responses: {
      201: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'Tokens.revoke[1]': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'Projects.find[0]': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'Projects.find[1]': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'Projects.show[0]': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        project_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'Projects.show[1]': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        project_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'Images.list': {
    parameters: {
      query?: {
        limit?: string;
        marker?: string;
        sort?: string;
        sort_key?: (
          | 'name'
          | 'status'
          | 'container_format'
          | 'disk_format'
          | 'size'
          | 'id'
          | 'created_at'
          | 'updated_at'
        )[];
        sort_dir?: ('asc' | 'desc')[];
        visibility?: ('public' | 'private' | 'shared' | 'community') | 'all';
        member_status?: 'pending' | 'accepted' | 'rejected' | 'all';
        owner?: string;
        name?: string;
        status?: string;
        id?: string;
        container_format?: string;
        disk_format?: string;
        checksum?: string;
        os_hash_value?: string;
        protected?: string;
        os_hidden?: string;
        tag?: string[];
        created_at?: string[];
        updated_at?: string[];
        size?: string;
        size_min?: string;
        size_max?: string;
        virtual_size?: string;
        virtual_size_min?: string;
        virtual_size_max?: string;
        min_disk?: string;
        min_disk_min?: string;
        min_disk_max?: string;
        min_ram?: string;
        min_ram_min?: string;
        min_ram_max?: string;
        'changes-since'?: unknown;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ImagePage'];
        };
      };
    };
  };
  'Images.create': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Image'];
        };
      };
    };
  };
  'Images.show': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        image_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Image'];
        };
      };
    };
  };
  'Images.delete': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        image_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'Images.update': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        image_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/openstack-images-v2.1-json-patch': {
          /** @enum {string} */
          op: 'add' | 'replace' | 'remove';
          path: string;
          value?: unknown;
        }[];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Image'];
        };
      };
    };
  };
  'ImageSearch.list': {
    parameters: {
      query?: {
        limit?: string;
        marker?: string;
        sort?: string;
        sort_key?: (
          | 'name'
          | 'status'
          | 'container_format'
          | 'disk_format'
          | 'size'
          | 'id'
          | 'created_at'
          | 'updated_at'
        )[];
        sort_dir?: ('asc' | 'desc')[];
        visibility?: ('public' | 'private' | 'shared' | 'community') | 'all';
        member_status?: 'pending' | 'accepted' | 'rejected' | 'all';
        owner?: string;
        name?: string;
        status?: string;
        id?: string;
        container_format?: string;
        disk_format?: string;
        checksum?: string;
        os_hash_value?: string;
        protected?: string;
        os_hidden?: string;
        tag?: string[];
        created_at?: string[];
        updated_at?: string[];
        size?: string;
        size_min?: string;
        size_max?: string;
        virtual_size?: string;
        virtual_size_min?: string;
        virtual_size_max?: string;
        min_disk?: string;
        min_disk_min?: string;
        min_disk_max?: string;
        min_ram?: string;
        min_ram_min?: string;
        min_ram_max?: string;
        'changes-since'?: unknown;
        search?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ImagePage'];
        };
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'ImageFile.download': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        image_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'ImageUpload.upload': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        image_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'ImageUpload.stage': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        image_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'ImageImport.import': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        image_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      202: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'ImageTags.add': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        image_id: string;
        tag: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'ImageTags.remove': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        image_id: string;
        tag: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'ImageActions.deactivate': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        image_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'ImageActions.reactivate': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        image_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'ImageEvents.list': {
    parameters: {
      query?: {
        limit?: string;
        marker?: string;
      };
      header?: never;
      path: {
        image_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['EventPage'];
        };
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'ImageLineage.lineage': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        image_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ImageLineage'];
        };
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'ImageLineage.flatten': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        image_id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': Record<string, never>;
      };
    };
    responses: {
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AcceptedJob'];
        };
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'ImageReadiness.readiness': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        image_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ImageReadiness'];
        };
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'ImageReadiness.generalization': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        image_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ImageGeneralization'];
        };
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'ImageDamages.show': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        image_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'ImageBootProofs.create': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        image_id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': Record<string, never>;
      };
    };
    responses: {
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AcceptedJob'];
        };
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'ImageBootProofs.show': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        image_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ImageBootProof'];
        };
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'ImageScans.create': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        image_id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': Record<string, never>;
      };
    };
    responses: {
      202: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'ImageScans.show': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        image_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ImageScan'];
        };
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'ImageDeletion.delete': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        image_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['DeletedImage'];
        };
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'ImageReviews.list': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        image_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ImageReviews'];
        };
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'ImageReviews.review': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        image_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /** @enum {string} */
          verdict: 'approved' | 'rejected';
          /** @enum {string} */
          scan: 'clean' | 'infected' | 'not_scanned';
          /**
           * @default null
           * @enum {string|null}
           */
          initialisation_component?: 'cloud-init' | 'cloudbase-init' | null;
          /** @default null */
          comment?: string | null;
        };
      };
    };
    responses: {
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ImageReview'];
        };
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'ImageReviews.publish': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        image_id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': Record<string, never>;
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Image'];
        };
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'ImageReviews.unpublish': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        image_id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': Record<string, never>;
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Image'];
        };
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'ImageMembers.list': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        image_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'ImageMembers.add': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        image_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          member: string;
        };
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'ImageMembers.show': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        image_id: string;
        member_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'ImageMembers.answer': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        image_id: string;
        member_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /** @enum {string} */
          status: 'pending' | 'accepted' | 'rejected';
        };
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'ImageMembers.remove': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        image_id: string;
        member_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'ImageShares.list': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        image_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ImageShares'];
        };
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'ImageShares.share': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        image_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          project_ids: string | string[];
        };
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['SharedImage'];
        };
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'ImageShares.cancelMany': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        image_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          project_ids: string | string[];
        };
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['SharedImage'];
        };
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'ImageShares.cancel': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        image_id: string;
        project_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'Inbox.list': {
    parameters: {
      query?: {
        limit?: string;
        marker?: string;
        status?: 'pending' | 'accepted' | 'rejected' | 'ended' | 'all';
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Inbox'];
        };
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'Inbox.acceptMany': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          image_ids: string | string[];
        };
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AnsweredShares'];
        };
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'Inbox.rejectMany': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          image_ids: string | string[];
        };
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AnsweredShares'];
        };
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'Inbox.accept': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        image_id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': Record<string, never>;
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AnsweredShare'];
        };
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'Inbox.reject': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        image_id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': Record<string, never>;
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AnsweredShare'];
        };
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'Imports.list': {
    parameters: {
      query?: {
        limit?: string;
        marker?: string;
        state?: 'queued' | 'running' | 'cancelling' | 'succeeded' | 'failed' | 'cancelled';
        image_id?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ImportPage'];
        };
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'Imports.create': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          source:
            | string
            | {
                /** Format: uri */
                url: string;
                /** @default {} */
                headers?: {
                  [key: string]: string;
                };
              }
            | {
                object_store: string;
                bucket: string;
                object: string;
              }
            | {
                /** Format: uuid */
                upload_id: string;
              };
          /** @default null */
          checksum?:
            | (
                | {
                    /** @enum {string} */
                    algorithm: 'sha256';
                    value: string;
                  }
                | {
                    /** @enum {string} */
                    algorithm: 'sha512';
                    value: string;
                  }
                | {
                    /** @enum {string} */
                    algorithm: 'md5';
                    value: string;
                  }
              )
            | null;
          /** @enum {string} */
          disk_format: 'raw' | 'qcow2' | 'vmdk' | 'vhd' | 'vhdx' | 'vdi' | 'iso';
          /**
           * @default null
           * @enum {string|null}
           */
          compression?: 'gzip' | 'xz' | 'zstd' | null;
          name: string;
          /** @enum {string} */
          architecture: 'x86_64' | 'aarch64';
          os_distro: string;
          os_version: string;
          min_disk: number;
          enterprise_project_id: string;
          /** @default null */
          description?: string | null;
          /** @enum {string} */
          image_type?: 'system_disk' | 'data_disk';
          /** @default 0 */
          min_ram?: number;
          /**
           * @default null
           * @enum {string|null}
           */
          boot_mode?: 'bios' | 'uefi' | null;
          /** @default [] */
          tags?: string[];
          /** @default false */
          verify_boot?: boolean;
          /** @enum {boolean} */
          agreement_accepted: true;
        };
      };
    };
    responses: {
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AcceptedJob'];
        };
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'Imports.preflight': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          source:
            | string
            | {
                /** Format: uri */
                url: string;
                /** @default {} */
                headers?: {
                  [key: string]: string;
                };
              }
            | {
                object_store: string;
                bucket: string;
                object: string;
              }
            | {
                /** Format: uuid */
                upload_id: string;
              };
          /** @default null */
          checksum?:
            | (
                | {
                    /** @enum {string} */
                    algorithm: 'sha256';
                    value: string;
                  }
                | {
                    /** @enum {string} */
                    algorithm: 'sha512';
                    value: string;
                  }
                | {
                    /** @enum {string} */
                    algorithm: 'md5';
                    value: string;
                  }
              )
            | null;
          /** @enum {string} */
          disk_format: 'raw' | 'qcow2' | 'vmdk' | 'vhd' | 'vhdx' | 'vdi' | 'iso';
          /**
           * @default null
           * @enum {string|null}
           */
          compression?: 'gzip' | 'xz' | 'zstd' | null;
          name: string;
          /** @enum {string} */
          architecture: 'x86_64' | 'aarch64';
          os_distro: string;
          os_version: string;
          min_disk: number;
          enterprise_project_id: string;
          /** @default null */
          description?: string | null;
          /** @enum {string} */
          image_type?: 'system_disk' | 'data_disk';
          /** @default 0 */
          min_ram?: number;
          /**
           * @default null
           * @enum {string|null}
           */
          boot_mode?: 'bios' | 'uefi' | null;
          /** @default [] */
          tags?: string[];
          /** @default false */
          verify_boot?: boolean;
          /** @enum {boolean} */
          agreement_accepted: true;
        };
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Preflight'];
        };
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'Imports.show': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        job_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Job'];
        };
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'OfflineImports.create': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json':
          | {
              /** @enum {string} */
              type: 'file';
              source:
                | string
                | {
                    /** Format: uri */
                    url: string;
                    /** @default {} */
                    headers?: {
                      [key: string]: string;
                    };
                  }
                | {
                    object_store: string;
                    bucket: string;
                    object: string;
                  }
                | {
                    /** Format: uuid */
                    upload_id: string;
                  };
              /** @default null */
              unscanned_reason?: string | null;
              project_id: string;
              sha512: string;
              /** @enum {string} */
              disk_format: 'raw' | 'qcow2' | 'vmdk' | 'vhd' | 'vhdx' | 'vdi';
              /**
               * @default null
               * @enum {string|null}
               */
              compression?: 'gzip' | 'xz' | 'zstd' | null;
              name: string;
              /** @enum {string} */
              architecture: 'x86_64' | 'aarch64';
              os_distro: string;
              os_version: string;
              min_disk: number;
              enterprise_project_id: string;
              /** @default null */
              description?: string | null;
              /**
               * @default system_disk
               * @enum {string}
               */
              image_type?: 'system_disk' | 'data_disk';
              /** @default 0 */
              min_ram?: number;
              /**
               * @default null
               * @enum {string|null}
               */
              boot_mode?: 'bios' | 'uefi' | null;
              /** @default [] */
              tags?: string[];
            }
          | {
              /** @enum {string} */
              type: 'bundle';
              source:
                | string
                | {
                    /** Format: uri */
                    url: string;
                    /** @default {} */
                    headers?: {
                      [key: string]: string;
                    };
                  }
                | {
                    object_store: string;
                    bucket: string;
                    object: string;
                  }
                | {
                    /** Format: uuid */
                    upload_id: string;
                  };
              /** @default null */
              unscanned_reason?: string | null;
              manifest: string;
              signature: string;
            };
      };
    };
    responses: {
      202: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'Captures.list': {
    parameters: {
      query?: {
        limit?: string;
        marker?: string;
        state?: 'queued' | 'running' | 'cancelling' | 'succeeded' | 'failed' | 'cancelled';
        image_id?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['CapturePage'];
        };
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'Captures.create': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /** Format: uuid */
          server_id: string;
          source:
            | {
                /** @enum {string} */
                type: 'system_disk';
              }
            | {
                /** @enum {string} */
                type: 'data_disk';
                /** Format: uuid */
                disk_id: string;
              }
            | {
                /** @enum {string} */
                type: 'full_machine';
              };
          name: string;
          /** @default null */
          description?: string | null;
          /** @default false */
          generalize?: boolean;
          /** @default false */
          verify_boot?: boolean;
        };
      };
    };
    responses: {
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AcceptedJob'];
        };
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'Captures.show': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        job_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Job'];
        };
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'Exports.list': {
    parameters: {
      query?: {
        limit?: string;
        marker?: string;
        state?: 'queued' | 'running' | 'cancelling' | 'succeeded' | 'failed' | 'cancelled';
        image_id?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ExportPage'];
        };
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'Exports.create': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /** Format: uuid */
          image_id: string;
          /** @enum {string} */
          disk_format: 'qcow2' | 'raw' | 'vhd' | 'vhdx' | 'vmdk';
          destination: {
            bucket: string;
            object: string;
          };
          /** @default false */
          overwrite?: boolean;
        };
      };
    };
    responses: {
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AcceptedJob'];
        };
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'Exports.show': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        job_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Job'];
        };
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'Copies.list': {
    parameters: {
      query?: {
        limit?: string;
        marker?: string;
        state?: 'queued' | 'running' | 'cancelling' | 'succeeded' | 'failed' | 'cancelled';
        image_id?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['CopyPage'];
        };
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'Copies.create': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /** Format: uuid */
          image_id: string;
          name: string;
          destination_region?: string;
        };
      };
    };
    responses: {
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AcceptedJob'];
        };
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'Copies.show': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        job_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Job'];
        };
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'DownloadLinks.create': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        image_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /**
           * @default qcow2
           * @enum {string}
           */
          disk_format?: 'qcow2' | 'raw' | 'vhd' | 'vhdx' | 'vmdk';
          /** @default 3600 */
          expires_in?: number;
        };
      };
    };
    responses: {
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['DownloadLink'];
        };
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'Downloads.download': {
    parameters: {
      query: {
        token: string;
      };
      header?: never;
      path: {
        image_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'Jobs.list': {
    parameters: {
      query?: {
        limit?: string;
        marker?: string;
        state?: 'queued' | 'running' | 'cancelling' | 'succeeded' | 'failed' | 'cancelled';
        type?: 'import' | 'capture' | 'digest' | 'flatten' | 'export' | 'copy' | 'server' | 'boot_proof' | 'scan';
        image_id?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['JobPage'];
        };
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'Jobs.show': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        job_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Job'];
        };
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'Jobs.cancel': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        job_id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': Record<string, never>;
      };
    };
    responses: {
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AcceptedJob'];
        };
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'Servers.list': {
    parameters: {
      query?: {
        limit?: string;
        marker?: string | null;
        name?: string | null;
        status?: 'building' | 'running' | 'stopped' | 'failed' | 'deleted' | null;
        image_id?: string | null;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ServerPage'];
        };
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'Servers.create': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          name: string;
          /** Format: uuid */
          image_id: string;
          flavor: string;
          /** @default default */
          network?: string;
          /** @default 1 */
          count?: number;
          /** @default null */
          system_disk_gib?: number | null;
          /** @default [] */
          data_disks?: {
            size_gib: number;
            /**
             * Format: uuid
             * @default null
             */
            image_id?: string | null;
          }[];
          /** @default null */
          user_data?: string | null;
        };
      };
    };
    responses: {
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['OrderedServers'];
        };
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'Servers.show': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        server_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Server'];
        };
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'Servers.delete': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        server_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AcceptedJob'];
        };
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'ServerActions.start': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        server_id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': Record<string, never>;
      };
    };
    responses: {
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AcceptedJob'];
        };
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'ServerActions.stop': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        server_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /** @default false */
          hard?: boolean;
        };
      };
    };
    responses: {
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AcceptedJob'];
        };
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'ServerActions.reboot': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        server_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /** @default false */
          hard?: boolean;
        };
      };
    };
    responses: {
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AcceptedJob'];
        };
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'ServerActions.changeOs': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        server_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /** Format: uuid */
          image_id: string;
          /** @default null */
          user_data?: string | null;
        };
      };
    };
    responses: {
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AcceptedJob'];
        };
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'ServerConsole.show': {
    parameters: {
      query?: {
        length?: string;
      };
      header?: never;
      path: {
        server_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ServerConsole'];
        };
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'Flavors.list': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Flavors'];
        };
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'Networks.list': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Networks'];
        };
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'OperatingSystems.list': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['OperatingSystems'];
        };
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'Quotas.show': {
    parameters: {
      query?: {
        project_id?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Quotas'];
        };
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'QuotaRequests.list': {
    parameters: {
      query?: {
        limit?: string;
        marker?: string;
        state?: 'submitted' | 'approved' | 'rejected';
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['QuotaRequestPage'];
        };
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'QuotaRequests.submit': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /** @enum {string} */
          resource: 'images' | 'members_per_image' | 'storage_gib';
          requested_limit: number;
          reason: string;
        };
      };
    };
    responses: {
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['QuotaRequest'];
        };
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'QuotaRequests.show': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        quota_request_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['QuotaRequest'];
        };
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'OperatorQuotaRequests.list': {
    parameters: {
      query?: {
        limit?: string;
        marker?: string;
        state?: 'submitted' | 'approved' | 'rejected';
        project_id?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['QuotaRequestPage'];
        };
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'OperatorQuotaRequests.approve': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        quota_request_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /** @default null */
          comment?: string | null;
          /** @default false */
          special?: boolean;
        };
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['QuotaRequest'];
        };
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'OperatorQuotaRequests.reject': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        quota_request_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /** @default null */
          comment?: string | null;
        };
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['QuotaRequest'];
        };
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'Usage.list': {
    parameters: {
      query?: {
        from?: string;
        to?: string;
        by?: 'hour' | 'day' | 'image' | 'image_hour';
        image_id?: string;
        project_id?: 'all' | string;
        format?: 'json' | 'csv';
        limit?: string;
        marker?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['UsagePage'];
        };
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'Reconciliations.list': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'Reconciliations.start': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /**
           * @default [
           *       "objects",
           *       "ledger",
           *       "members",
           *       "locks",
           *       "holds",
           *       "uploads"
           *     ]
           */
          names?: ('objects' | 'ledger' | 'members' | 'locks' | 'holds' | 'uploads')[];
        };
      };
    };
    responses: {
      202: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'Operations.show': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Operations'];
        };
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'Scrubs.show': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'Scrubs.start': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': Record<string, never>;
      };
    };
    responses: {
      202: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'Parked.list': {
    parameters: {
      query?: {
        service?:
          | 'gateway'
          | 'catalog'
          | 'import'
          | 'capture'
          | 'export'
          | 'sharing'
          | 'quota'
          | 'compute'
          | 'activity';
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ParkedMessages'];
        };
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'Parked.replay': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        service: string;
        message_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'Parked.drop': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        service: string;
        message_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'Audit.list': {
    parameters: {
      query?: {
        limit?: string;
        marker?: string;
        type?: string | string[];
        subject?: string;
        project_id?: string;
        sort_dir?: 'asc' | 'desc';
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['EventPage'];
        };
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'EventStream.follow': {
    parameters: {
      query?: {
        type?: string | string[];
        subject?: string;
        project_id?: string;
        since?: string;
        last_event_id?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'Webhooks.list': {
    parameters: {
      query?: {
        limit?: string;
        marker?: string;
        project_id?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'Webhooks.create': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /** Format: uri */
          url: string;
          types?: string[];
          /** @default null */
          secret?: string | null;
        };
      };
    };
    responses: {
      201: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'Webhooks.show': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        webhook_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'Webhooks.delete': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        webhook_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'Webhooks.update': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        webhook_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /** Format: uri */
          url?: string;
          types?: string[];
          /** @enum {string} */
          state?: 'enabled' | 'disabled';
          secret?: string | 'new';
        };
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'WebhookDeliveries.list': {
    parameters: {
      query?: {
        limit?: string;
        marker?: string;
        state?: 'pending' | 'delivered' | 'parked';
      };
      header?: never;
      path: {
        webhook_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'WebhookDeliveries.show': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        webhook_id: string;
        delivery_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'WebhookDeliveries.replay': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        webhook_id: string;
        delivery_id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': Record<string, never>;
      };
    };
    responses: {
      202: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'WebhookDeliveries.replayParked': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        webhook_id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': Record<string, never>;
      };
    };
    responses: {
      202: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'WebhookDeliveries.test': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        webhook_id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': Record<string, never>;
      };
    };
    responses: {
      202: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'Buckets.own': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Buckets'];
        };
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'Buckets.objects': {
    parameters: {
      query?: {
        limit?: string;
        marker?: string | null;
        prefix?: string | null;
      };
      header?: never;
      path: {
        bucket: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['BucketObjects'];
        };
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'Buckets.ofProject': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        project_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Buckets'];
        };
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'Buckets.assign': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        project_id: string;
        bucket: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': Record<string, never>;
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'ResumableUploads.list': {
    parameters: {
      query?: {
        limit?: string;
        marker?: string;
        project_id?: string;
        state?: 'open' | 'completing' | 'completed' | 'imported' | 'failed' | 'abandoned';
        fingerprint?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['UploadPage'];
        };
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'ResumableUploads.start': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /** @default null */
          name?: string | null;
          size: number | string;
          /** @default null */
          part_size?: number | null;
          /** @default null */
          sha256?: string | null;
          /** @default null */
          fingerprint?: string | null;
        };
      };
    };
    responses: {
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Upload'];
        };
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'ResumableUploads.show': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        upload_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['UploadInStore'];
        };
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'ResumableUploads.delete': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        upload_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'ResumableUploads.sign': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        upload_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          parts: {
            part_number: number;
            md5: string;
          }[];
        };
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['SignedParts'];
        };
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'ResumableUploads.complete': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        upload_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /** @default null */
          sha256?: string | null;
        };
      };
    };
    responses: {
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Upload'];
        };
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'ObjectStores.list': {
    parameters: {
      query?: {
        limit?: string;
        marker?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'ObjectStores.create': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          name: string;
          /** Format: uri */
          endpoint: string;
          access_key: string;
          secret_key: string;
          /** @default us-east-1 */
          signing_region?: string;
          /**
           * @default path
           * @enum {string}
           */
          addressing_style?: 'path' | 'virtual';
        };
      };
    };
    responses: {
      201: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'ObjectStores.show': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        object_store: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'ObjectStores.replace': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        object_store: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          name: string;
          /** Format: uri */
          endpoint: string;
          access_key: string;
          secret_key: string;
          /** @default us-east-1 */
          signing_region?: string;
          /**
           * @default path
           * @enum {string}
           */
          addressing_style?: 'path' | 'virtual';
        };
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'ObjectStores.delete': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        object_store: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  'OpenApi.document': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Refused, with a code and a remedy */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
}
