{{- /*
What all services have in common. A service gives: `root`, `name`, `main` (its file), `port` (of its probes), and, where it has them,
`cluster` (it talks to the API server), `env` (a map), `secretEnv` (name → {name, key} of a Secret), `files` (name → {secret or configMap, key, folder}),
`archive` (it uses the archive of logs: `read` or `write`).
*/ -}}

{{- define "lacuna.serviceAccount" -}}
apiVersion: v1
kind: ServiceAccount
metadata:
  {{- include "lacuna.meta" . | nindent 2 }}
# The pods that need a token mount one of their own, which is short-lived.
automountServiceAccountToken: false
{{- end -}}

{{- define "lacuna.deployment" -}}
{{- $values := index .root.Values .name -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  {{- include "lacuna.meta" . | nindent 2 }}
spec:
  {{- if not (($values.autoscaling).enabled) }}
  replicas: {{ $values.replicas }}
  {{- else }}
  {{- /* As many as run now. Without a word an upgrade takes back the number that it gave before, and one is left until the autoscaler looks again. Once
         that has given a number it is its own, and to name it would be a conflict if it is changed at the same moment. */}}
  {{- $live := lookup "apps/v1" "Deployment" .root.Release.Namespace (include "lacuna.name" .) }}
  {{- $scaled := false }}
  {{- range dig "metadata" "managedFields" list $live }}
  {{- $scaled = or $scaled (eq (.subresource | default "") "scale") }}
  {{- end }}
  {{- if and $live (not $scaled) }}
  replicas: {{ $live.spec.replicas }}
  {{- end }}
  {{- end }}
  selector:
    matchLabels:
      {{- include "lacuna.selector" . | nindent 6 }}
  template:
    metadata:
      labels:
        {{- include "lacuna.labels" . | nindent 8 }}
    spec:
      {{- include "lacuna.pod" . | nindent 6 }}
      topologySpreadConstraints:
        - maxSkew: 1
          topologyKey: kubernetes.io/hostname
          whenUnsatisfiable: ScheduleAnyway
          labelSelector:
            matchLabels:
              {{- include "lacuna.selector" . | nindent 14 }}
      containers:
        - name: {{ .name }}
          {{- include "lacuna.container" . | nindent 10 }}
          command: [node, {{ .main }}]
          resources:
            {{- toYaml $values.resources | nindent 12 }}
          ports:
            - { name: http, containerPort: {{ .port }} }
          # It waits for NATS and its streams as long as it takes: what is started together need not be killed and started again.
          startupProbe:
            httpGet: { path: /healthz, port: http }
            periodSeconds: 2
            failureThreshold: 300
          livenessProbe:
            httpGet: { path: /healthz, port: http }
            periodSeconds: 10
            timeoutSeconds: 5
            failureThreshold: 6
          readinessProbe:
            httpGet: { path: /readyz, port: http }
            periodSeconds: 5
            timeoutSeconds: 5
          volumeMounts:
            {{- include "lacuna.volumeMounts" . | nindent 12 }}
      volumes:
        {{- include "lacuna.volumes" . | nindent 8 }}
{{- end -}}

{{- define "lacuna.volumeMounts" -}}
- { name: tmp, mountPath: /tmp }
{{- if .cluster }}
- { name: token, mountPath: /var/run/secrets/kubernetes.io/serviceaccount, readOnly: true }
{{- end }}
{{- range $name, $file := .files }}
- { name: {{ $name }}, mountPath: {{ $file.folder }}, readOnly: true }
{{- end }}
{{- if and .archive .root.Values.archive.claim }}
- { name: archive, mountPath: /archive, readOnly: {{ eq .archive "read" }} }
{{- end }}
{{- end -}}

{{- define "lacuna.volumes" -}}
- name: tmp
  emptyDir: { sizeLimit: 1Gi }
{{- if .cluster }}
{{- include "lacuna.token" . | nindent 0 }}
{{- end }}
{{- range $name, $file := .files }}
- name: {{ $name }}
  {{- $content := printf "defaultMode: 0440, items: [{ key: %s, path: %s }]" $file.key $file.key }}
  {{- if $file.secret }}
  secret: { secretName: {{ $file.secret }}, {{ $content }} }
  {{- else }}
  configMap: { name: {{ $file.configMap }}, {{ $content }} }
  {{- end }}
{{- end }}
{{- if and .archive .root.Values.archive.claim }}
- name: archive
  persistentVolumeClaim: { claimName: {{ .root.Values.archive.claim }} }
{{- end }}
{{- end -}}

{{- /* Settings of the archive of logs, and its key, for a service that reads or writes there. */ -}}
{{- define "lacuna.withArchive" -}}
{{- $archive := .root.Values.archive -}}
{{- if $archive.claim -}}
{{- $_ := set .env "LACUNA_ARCHIVE" "file:///archive" -}}
{{- end -}}
{{- if $archive.url -}}
{{- $_ := set .env "LACUNA_ARCHIVE" $archive.url -}}
{{- $_ := set .env "LACUNA_ARCHIVE_ENDPOINT" $archive.endpoint -}}
{{- $_ := set .env "LACUNA_ARCHIVE_REGION" $archive.region -}}
{{- $_ := set . "secretEnv" (dict
  "LACUNA_ARCHIVE_ACCESS_KEY_ID" (dict "name" $archive.secretName "key" "accessKeyId")
  "LACUNA_ARCHIVE_SECRET_ACCESS_KEY" (dict "name" $archive.secretName "key" "secretAccessKey")) -}}
{{- end -}}
{{- end -}}

{{- define "lacuna.pod" -}}
serviceAccountName: {{ include "lacuna.name" . }}
automountServiceAccountToken: false
enableServiceLinks: false
# Above the 10 s that a drain may take.
terminationGracePeriodSeconds: 30
securityContext:
  runAsNonRoot: true
  runAsUser: 65532
  runAsGroup: 65532
  fsGroup: 65532
  seccompProfile: { type: RuntimeDefault }
{{- with .root.Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .root.Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .root.Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "lacuna.container" -}}
image: {{ include "lacuna.ourImage" .root }}
imagePullPolicy: {{ .root.Values.image.pullPolicy }}
securityContext:
  {{- include "lacuna.containerSecurity" . | nindent 2 }}
env:
  {{- include "lacuna.env" . | nindent 2 }}
{{- end -}}

{{- define "lacuna.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end -}}

{{- /*
A later map wins: what the service must have, what all are given, what this one is given. V8 lets garbage lie as long as there is memory: its old objects
get a share of the memory limit, its young ones (three such spaces) a fixed size. See docs/performance.md.
*/ -}}
{{- define "lacuna.env" -}}
{{- $root := .root -}}
{{- $env := dict
  "LACUNA_NATS_URL" (include "lacuna.natsUrl" $root)
  "LACUNA_NATS_PROVISION" "false"
  "NODE_OPTIONS" "--max-semi-space-size=8 --max-old-space-size-percentage=35"
-}}
{{- if not $root.Values.nats.externalUrl -}}
{{- $_ := set $env "LACUNA_NATS_MONITOR_URL" (printf "http://%s-nats.%s.svc:8222" (include "lacuna.base" $root) $root.Release.Namespace) -}}
{{- end -}}
{{- with $root.Values.otlpUrl }}{{ $_ := set $env "LACUNA_OTLP_URL" . }}{{ end -}}
{{- if .cluster -}}
{{- $_ := set $env "LACUNA_CLUSTER" "kubernetes" -}}
{{- $_ := set $env "LACUNA_KUBE_NAMESPACE" $root.Values.evaluations.namespace -}}
{{- $_ := set $env "LACUNA_IMAGE_PULL_POLICY" $root.Values.evaluations.imagePullPolicy -}}
{{- end -}}
{{- $own := (index $root.Values .name | default dict).env | default dict -}}
{{- $env = mergeOverwrite $env (.env | default dict) (deepCopy $root.Values.env) (deepCopy $own) -}}
{{- range $name, $value := $env }}
{{- if ne (toString $value) "" }}
- name: {{ $name }}
  value: {{ toString $value | quote }}
{{- end }}
{{- end }}
{{- include "lacuna.natsCredentials" . }}
{{- range $name, $from := .secretEnv }}
- name: {{ $name }}
  valueFrom: { secretKeyRef: { name: {{ $from.name }}, key: {{ $from.key }} } }
{{- end }}
{{- end -}}

{{- define "lacuna.natsCredentials" -}}
{{- $secret := include "lacuna.natsUsers" .root -}}
{{- if eq .root.Values.nats.auth "password" }}
- name: LACUNA_NATS_USER
  value: {{ .name }}
- name: LACUNA_NATS_PASSWORD
  valueFrom: { secretKeyRef: { name: {{ $secret }}, key: {{ .name }} } }
{{- else if eq .root.Values.nats.auth "nkey" }}
- name: LACUNA_NATS_NKEY_SEED
  valueFrom: { secretKeyRef: { name: {{ $secret }}, key: {{ .name }} } }
{{- end }}
{{- end -}}

{{- /* As the API server would mount it by itself, but only where it is asked for. */ -}}
{{- define "lacuna.token" -}}
- name: token
  projected:
    defaultMode: 0440
    sources:
      - serviceAccountToken: { path: token, expirationSeconds: 3600 }
      - configMap: { name: kube-root-ca.crt, items: [{ key: ca.crt, path: ca.crt }] }
      - downwardAPI: { items: [{ path: namespace, fieldRef: { fieldPath: metadata.namespace } }] }
{{- end -}}

{{- /* Rights in the namespace of the evaluations, and nowhere else. `rules` is the Role's own list. */ -}}
{{- define "lacuna.rights" -}}
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: {{ include "lacuna.name" . }}
  namespace: {{ .root.Values.evaluations.namespace }}
  labels:
    {{- include "lacuna.labels" . | nindent 4 }}
rules:
  {{- toYaml .rules | nindent 2 }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: {{ include "lacuna.name" . }}
  namespace: {{ .root.Values.evaluations.namespace }}
  labels:
    {{- include "lacuna.labels" . | nindent 4 }}
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: {{ include "lacuna.name" . }} }
subjects:
  - { kind: ServiceAccount, name: {{ include "lacuna.name" . }}, namespace: {{ .root.Release.Namespace }} }
{{- end -}}

{{- /* Rights on what belongs to no namespace. `clusterRules` is the ClusterRole's own list. */ -}}
{{- define "lacuna.clusterRights" -}}
{{- $name := printf "%s-%s" .root.Release.Namespace (include "lacuna.name" .) -}}
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: {{ $name }}
  labels:
    {{- include "lacuna.labels" . | nindent 4 }}
rules:
  {{- toYaml .clusterRules | nindent 2 }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: {{ $name }}
  labels:
    {{- include "lacuna.labels" . | nindent 4 }}
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: {{ $name }} }
subjects:
  - { kind: ServiceAccount, name: {{ include "lacuna.name" . }}, namespace: {{ .root.Release.Namespace }} }
{{- end -}}

{{- define "lacuna.disruptionBudget" -}}
{{- if .root.Values.podDisruptionBudgets }}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  {{- include "lacuna.meta" . | nindent 2 }}
spec:
  maxUnavailable: 1
  # A pod that is not ready holds up nobody's drain.
  unhealthyPodEvictionPolicy: AlwaysAllow
  selector:
    matchLabels:
      {{- include "lacuna.selector" . | nindent 6 }}
{{- end }}
{{- end -}}

{{- define "lacuna.autoscaler" -}}
{{- with (index .root.Values .name).autoscaling }}
{{- if .enabled }}
{{- if gt (int .minReplicas) (int .maxReplicas) }}
{{- fail (printf "%s.autoscaling: minReplicas (%d) is above maxReplicas (%d)" $.name (int .minReplicas) (int .maxReplicas)) }}
{{- end }}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  {{- include "lacuna.meta" $ | nindent 2 }}
spec:
  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: {{ include "lacuna.name" $ }} }
  minReplicas: {{ .minReplicas }}
  maxReplicas: {{ .maxReplicas }}
  metrics:
    - type: Resource
      resource:
        name: cpu
        target: { type: Utilization, averageUtilization: {{ .targetCPUUtilizationPercentage }} }
{{- end }}
{{- end }}
{{- end -}}
